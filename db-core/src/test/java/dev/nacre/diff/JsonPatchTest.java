package dev.nacre.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.diff.JsonPatch.Kind;
import dev.nacre.diff.JsonPatch.Operation;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Value;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patches say the least that makes one document of the other, and fit RFC 6902. */
class JsonPatchTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "1 | 1 | []",
        "1 | 2 | [{'op':'replace','path':'','value':2}]",
        "{'a':1} | [1] | [{'op':'replace','path':'','value':[1]}]",
        "{'a':1,'b':2} | {'b':2,'a':1} | []",
        "{'a':1,'b':2} | {'b':3} | [{'op':'remove','path':'/a'},{'op':'replace','path':'/b','value':3}]",
        "{} | {'':null} | [{'op':'add','path':'/','value':null}]",
        "{'a/b':{'m~n':1}} | {'a/b':{'m~n':2}} |"
            + " [{'op':'replace','path':'/a~1b/m~0n','value':2}]",
        "[1,2,3] | [1,3] | [{'op':'remove','path':'/1'}]",
        "[1,3] | [1,2,3] | [{'op':'add','path':'/1','value':2}]",
        "[1,2,3] | [1,2,3,4,5] |"
            + " [{'op':'add','path':'/3','value':4},{'op':'add','path':'/4','value':5}]",
        "[1,2,3,4] | [1] |"
            + " [{'op':'remove','path':'/3'},{'op':'remove','path':'/2'},{'op':'remove','path':'/1'}]",
        "[{'n':1},{'n':2},{'n':3}] | [{'n':1},{'n':5},{'n':3}] |"
            + " [{'op':'replace','path':'/1/n','value':5}]",
        "['a','b','c','d'] | ['b','c','x','d','e'] |"
            + " [{'op':'remove','path':'/0'},{'op':'add','path':'/2','value':'x'},"
            + "{'op':'add','path':'/4','value':'e'}]",
        "[[1,[2]]] | [[1,[2,3]]] | [{'op':'add','path':'/0/1/1','value':3}]",
        "1.0 | 1 | [{'op':'replace','path':'','value':1}]",
      })
  void between_saysTheLeast(String before, String after, String patch) {
    JsonNode left = tree(before);
    JsonNode right = tree(after);
    JsonPatch made = JsonPatch.between(left, right);
    assertEquals(tree(patch), made.asTree());
    assertEquals(right, made.applyTo(left));
  }

  private static JsonNode tree(String quotedSingly) {
    return Value.json(quotedSingly.replace('\'', '"')).asTree();
  }

  @Test
  void between_ofLongArrays_isNotQuadratic() {
    String before =
        IntStream.range(0, 50_000)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
    String after =
        IntStream.range(0, 50_000)
            .mapToObj(i -> Integer.toString(i + 7 * (i % 2)))
            .collect(Collectors.joining(",", "[", "]"));
    JsonPatch patch = JsonPatch.between(tree(before), tree(after));
    assertEquals(25_000, patch.operations().size());
    assertEquals(tree(after), patch.applyTo(tree(before)));
  }

  @Test
  void applyTo_leavesItsArgumentAlone() {
    JsonNode before = tree("{'a':[1,2]}");
    JsonNode after =
        new JsonPatch(List.of(new Operation(Kind.REMOVE, "/a/0", null))).applyTo(before);
    assertEquals(tree("{'a':[1,2]}"), before);
    assertEquals(tree("{'a':[2]}"), after);
  }

  @Test
  void applyTo_addAtTheEndOfAnArray_isUnderstood() {
    JsonPatch patch = new JsonPatch(List.of(new Operation(Kind.ADD, "/-", tree("3"))));
    assertEquals(tree("[1,2,3]"), patch.applyTo(tree("[1,2]")));
  }

  @ParameterizedTest
  @CsvSource({
    "REMOVE, ''",
    "REMOVE, /x",
    "REPLACE, /x",
    "REMOVE, /a/2",
    "REPLACE, /a/-",
    "REPLACE, /a/x",
    "ADD, /a/3",
    "ADD, /x/y",
    "ADD, /b/y",
    "ADD, no pointer"
  })
  void applyTo_ofSomethingElse_isRefused(Kind kind, String path) {
    Operation operation = new Operation(kind, path, kind == Kind.REMOVE ? null : tree("1"));
    JsonPatch patch = new JsonPatch(List.of(operation));
    assertThrows(ValidationException.class, () -> patch.applyTo(tree("{'a':[1,2],'b':1}")));
  }

  @Test
  void operation_withoutItsValue_isRefused() {
    assertThrows(ValidationException.class, () -> new Operation(Kind.ADD, "", null));
    assertThrows(ValidationException.class, () -> new Operation(Kind.REMOVE, "", tree("1")));
  }
}
