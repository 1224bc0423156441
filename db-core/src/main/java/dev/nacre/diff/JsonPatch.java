package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.error.ValidationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Operations that make one JSON document of another, in order: the {@code add}, {@code remove} and
 * {@code replace} of RFC 6902.
 *
 * @param operations the operations; empty when the documents are the same
 */
public record JsonPatch(List<Operation> operations) {
  /** Copies the list. */
  public JsonPatch {
    operations = List.copyOf(operations);
  }

  /** What an operation does at its path. */
  public enum Kind {
    /** Inserts into an array (before the index, or at its end), or sets a new field. */
    ADD,
    /** Takes away an element or a field that is there. */
    REMOVE,
    /** Puts another value in the place of one that is there. */
    REPLACE
  }

  /**
   * One operation.
   *
   * @param kind what it does
   * @param path where, as a JSON Pointer (RFC 6901); "" is the whole document
   * @param node the new value, or null for a removal; see {@link #value()}
   */
  public record Operation(Kind kind, String path, @Nullable JsonNode node) {
    /** Checks that there is a value unless it removes. */
    public Operation {
      requireNonNull(kind, "kind");
      requireNonNull(path, "path");
      if ((node == null) != (kind == Kind.REMOVE)) {
        throw new ValidationException(
            "a patch operation has a value unless it removes", Map.of("path", path));
      }
    }

    /** The new value; empty for a removal. Not to be changed. */
    public Optional<JsonNode> value() {
      return Optional.ofNullable(node);
    }

    @Override
    public String toString() {
      return asTree().toString();
    }

    private ObjectNode asTree() {
      ObjectNode tree = JsonNodeFactory.instance.objectNode();
      tree.put(
          "op",
          switch (kind) {
            case ADD -> "add";
            case REMOVE -> "remove";
            case REPLACE -> "replace";
          });
      tree.put("path", path);
      if (node != null) {
        tree.set("value", node);
      }
      return tree;
    }
  }

  /** The operations that make {@code after} of {@code before}. */
  public static JsonPatch between(JsonNode before, JsonNode after) {
    return new JsonPatch(TreeDiff.operations(before, after));
  }

  /** The text of RFC 6902: a JSON array of operations. */
  public ArrayNode asTree() {
    ArrayNode tree = JsonNodeFactory.instance.arrayNode(operations.size());
    operations.forEach(operation -> tree.add(operation.asTree()));
    return tree;
  }

  /**
   * The document after, made of the one before, which stays as it is.
   *
   * @throws ValidationException when a path does not lead anywhere in the document
   */
  public JsonNode applyTo(JsonNode before) {
    JsonNode document = before.deepCopy();
    for (Operation operation : operations) {
      document = applied(document, operation);
    }
    return document;
  }

  private static JsonNode applied(JsonNode document, Operation operation) {
    JsonNode value = operation.node == null ? null : operation.node.deepCopy();
    if (operation.path.isEmpty()) {
      if (value == null) {
        throw misplaced(operation);
      }
      return value;
    }
    JsonPointer path = pointer(operation);
    JsonNode parent = document.at(path.head());
    String name = path.last().getMatchingProperty();
    boolean done =
        switch (parent) {
          case ObjectNode object -> applied(object, name, operation.kind, value);
          case ArrayNode array -> applied(array, path.last(), operation.kind, value);
          default -> false;
        };
    if (!done) {
      throw misplaced(operation);
    }
    return document;
  }

  private static boolean applied(
      ObjectNode parent, String name, Kind kind, @Nullable JsonNode value) {
    if (kind != Kind.ADD && !parent.has(name)) {
      return false;
    }
    if (value == null) {
      parent.remove(name);
    } else {
      parent.set(name, value);
    }
    return true;
  }

  private static boolean applied(
      ArrayNode parent, JsonPointer last, Kind kind, @Nullable JsonNode value) {
    boolean end = kind == Kind.ADD && last.getMatchingProperty().equals("-");
    int index = end ? parent.size() : last.getMatchingIndex();
    int most = kind == Kind.ADD ? parent.size() : parent.size() - 1;
    if (index < 0 || index > most) {
      return false;
    }
    if (value == null) {
      parent.remove(index);
    } else if (kind == Kind.ADD) {
      parent.insert(index, value);
    } else {
      parent.set(index, value);
    }
    return true;
  }

  private static JsonPointer pointer(Operation operation) {
    try {
      return JsonPointer.compile(operation.path);
    } catch (IllegalArgumentException e) {
      throw new ValidationException(
          "\"" + operation.path + "\" is not a JSON Pointer", Map.of("path", operation.path), e);
    }
  }

  private static ValidationException misplaced(Operation operation) {
    return new ValidationException(
        "the patch does not fit the document at \"" + operation.path + "\"; nothing was changed",
        Map.of("path", operation.path));
  }

  @Override
  public String toString() {
    return asTree().toString();
  }
}
