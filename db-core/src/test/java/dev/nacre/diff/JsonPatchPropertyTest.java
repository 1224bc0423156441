package dev.nacre.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.diff.JsonPatch.Kind;
import dev.nacre.diff.JsonPatch.Operation;
import dev.nacre.model.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The patch of two documents makes the second one of the first. */
class JsonPatchPropertyTest {
  @Property
  void applied_ofAnyTwoDocuments_givesTheSecond(
      @ForAll("documents") JsonNode before, @ForAll("documents") JsonNode after) {
    check(before, after);
  }

  @Property
  void applied_ofADocumentThatWasEdited_givesTheSecond(
      @ForAll("documents") JsonNode before, @ForAll long seed) {
    check(before, edited(before, new Random(seed)));
  }

  private static void check(JsonNode before, JsonNode after) {
    JsonNode untouched = before.deepCopy();
    JsonPatch patch = JsonPatch.between(before, after);
    assertEquals(after, patch.applyTo(before));
    assertEquals(untouched, before);
    assertEquals(before.equals(after), patch.operations().isEmpty());
    // And through its text, as somebody else would apply it.
    List<Operation> read = new ArrayList<>();
    for (JsonNode operation : Value.json(patch.toString()).asTree()) {
      String kind = operation.get("op").textValue();
      read.add(
          new Operation(
              Kind.valueOf(kind.toUpperCase(java.util.Locale.ROOT)),
              operation.get("path").textValue(),
              operation.get("value")));
    }
    assertEquals(after, new JsonPatch(read).applyTo(before));
  }

  /** One edit of an array of numbers costs operations of its own size, wherever it is. */
  @Property(tries = 200)
  void edit_ofAnArray_isPatchedByAsManyOperations(@ForAll long seed) {
    Random random = new Random(seed);
    List<Object> before = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      before.add(random.nextInt(1_000_000));
    }
    List<Object> after = new ArrayList<>(before);
    int edits = 1 + random.nextInt(5);
    for (int i = 0; i < edits; i++) {
      if (random.nextBoolean()) {
        after.add(random.nextInt(after.size() + 1), random.nextInt(1_000_000));
      } else {
        after.remove(random.nextInt(after.size()));
      }
    }
    JsonPatch patch = JsonPatch.between(Value.json(before).asTree(), Value.json(after).asTree());
    assertTrue(patch.operations().size() <= edits, patch::toString);
  }

  private static JsonNode edited(JsonNode before, Random random) {
    return Value.json(editedTree(Value.json(before).as(Object.class), random)).asTree();
  }

  private static Object editedTree(Object tree, Random random) {
    return switch (tree) {
      case Map<?, ?> map -> {
        Map<Object, Object> edited = new LinkedHashMap<>();
        map.forEach(
            (name, value) -> {
              int dice = random.nextInt(8);
              if (dice > 0) {
                edited.put(name, dice == 1 || value == null ? "other" : editedTree(value, random));
              }
            });
        if (random.nextInt(4) == 0) {
          edited.put("added/~" + random.nextInt(3), random.nextInt());
        }
        yield edited;
      }
      case List<?> list -> {
        List<Object> edited = new ArrayList<>();
        for (Object element : list) {
          int dice = random.nextInt(8);
          if (dice == 1) {
            edited.add(random.nextInt(3));
          }
          if (dice > 0) {
            edited.add(element == null ? "null" : editedTree(element, random));
          }
        }
        yield edited;
      }
      default -> random.nextInt(6) == 0 ? random.nextInt(3) : tree;
    };
  }

  @Provide
  Arbitrary<JsonNode> documents() {
    return trees(4).map(tree -> Value.json(tree).asTree());
  }

  private static Arbitrary<Object> trees(int depth) {
    Arbitrary<Object> leaves =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 3).map(number -> (Object) number),
            Arbitraries.of("", "a", "~", "/", "ü", "0", true, false, 1.5, -0.0, Long.MIN_VALUE));
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Object> inner = Arbitraries.lazy(() -> trees(depth - 1));
    Arbitrary<String> names = Arbitraries.of("a", "b", "c", "", "~1", "a/b", "0", "-");
    Arbitrary<Object> objects =
        Combinators.combine(names.list().ofMaxSize(4).uniqueElements(), inner.list().ofSize(4))
            .as(
                (fields, values) -> {
                  Map<String, Object> map = new LinkedHashMap<>();
                  for (int i = 0; i < fields.size(); i++) {
                    map.put(fields.get(i), values.get(i));
                  }
                  return map;
                });
    Arbitrary<Object> lists = inner.list().ofMaxSize(6).map(list -> (Object) list);
    return Arbitraries.oneOf(leaves, objects, lists);
  }
}
