package dev.nacre.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the declared fields of a namespace out of its records' values. Immutable; a value is read
 * once for all fields, and members that no path leads to are skipped.
 *
 * <p>A field is what stands at its path: a scalar, or the list of the scalars in a list. A path
 * with {@code [*]} gives the list of all that it leads to, as soon as there is a list at that
 * place, be it empty. JSON null, objects, and lists in the list at the end of a path are nothing; a
 * value that is not JSON has no field.
 */
public final class DeclaredFields {
  /** No fields. */
  public static final DeclaredFields NONE = new DeclaredFields(List.of());

  private final List<DeclaredField> declared;
  private final List<JsonPath> paths;
  private final Set<String> names = new HashSet<>();

  /** One path on its way down a document: how many of its steps are taken. */
  private record Walk(int field, int taken) {}

  private DeclaredFields(List<DeclaredField> declared) {
    this.declared = List.copyOf(declared);
    this.paths =
        this.declared.stream().map(field -> JsonPath.parse(field.name(), field.path())).toList();
    this.declared.forEach(field -> names.add(field.name()));
  }

  /** The fields that the options of a namespace declare. */
  public static DeclaredFields of(List<DeclaredField> fields) {
    return fields.isEmpty() ? NONE : new DeclaredFields(fields);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return declared.isEmpty();
  }

  /**
   * What filters see of a record: its metadata, and the declared fields of its value in place of
   * metadata of the same name.
   *
   * @param value its value, or null when it has none
   */
  public Metadata of(Metadata metadata, @Nullable Value value) {
    if (declared.isEmpty()) {
      return metadata;
    }
    SortedMap<String, Object> fields = new TreeMap<>(metadata.asMap());
    fields.keySet().removeAll(names);
    if (value instanceof Value.Json json) {
      Found found = new Found();
      json.read(parser -> found.read(parser));
      found.addTo(fields);
    }
    return fields.isEmpty() ? Metadata.EMPTY : Metadata.ofStored(() -> fields);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeclaredFields that && declared.equals(that.declared);
  }

  @Override
  public int hashCode() {
    return declared.hashCode();
  }

  @Override
  public String toString() {
    return "DeclaredFields" + declared;
  }

  /** What was found in one document. */
  private final class Found {
    private final @Nullable List<Object>[] values = lists(paths.size());
    private final boolean[] many = new boolean[paths.size()];

    void read(JsonParser parser) throws IOException {
      List<Walk> all = new ArrayList<>();
      for (int field = 0; field < paths.size(); field++) {
        all.add(new Walk(field, 0));
      }
      var _ = parser.nextToken();
      read(parser, all);
    }

    /** Reads the value that the parser is at, for walks that have come to it. */
    private void read(JsonParser parser, List<Walk> walks) throws IOException {
      switch (parser.currentToken()) {
        case START_OBJECT -> object(parser, walks);
        case START_ARRAY -> list(parser, walks);
        case VALUE_STRING -> scalar(parser.getText(), walks);
        case VALUE_NUMBER_INT -> scalar(parser.getLongValue(), walks);
        case VALUE_NUMBER_FLOAT -> scalar(parser.getDoubleValue(), walks);
        case VALUE_TRUE -> scalar(true, walks);
        case VALUE_FALSE -> scalar(false, walks);
        default -> {
          // Null is nothing.
        }
      }
    }

    private void object(JsonParser parser, List<Walk> walks) throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        var _ = parser.nextToken();
        List<Walk> further = new ArrayList<>();
        for (Walk walk : walks) {
          if (next(walk) instanceof JsonPath.Step.Member member && member.name().equals(name)) {
            further.add(new Walk(walk.field, walk.taken + 1));
          }
        }
        readOrSkip(parser, further);
      }
    }

    private void list(JsonParser parser, List<Walk> walks) throws IOException {
      for (Walk walk : walks) {
        JsonPath path = paths.get(walk.field);
        // Behind the last step is the list itself; a list in that list is none.
        if (walk.taken == path.steps().size() || next(walk) == JsonPath.Step.Every.EVERY) {
          many[walk.field] = true;
        }
      }
      int index = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        List<Walk> further = new ArrayList<>();
        for (Walk walk : walks) {
          boolean leads =
              switch (next(walk)) {
                case null -> walk.taken == paths.get(walk.field).steps().size();
                case JsonPath.Step.Every _ -> true;
                case JsonPath.Step.Element element -> element.index() == index;
                case JsonPath.Step.Member _ -> false;
              };
          boolean nested =
              parser.currentToken() == JsonToken.START_ARRAY
                  && walk.taken == paths.get(walk.field).steps().size();
          if (leads && !nested) {
            further.add(new Walk(walk.field, walk.taken + 1));
          }
        }
        readOrSkip(parser, further);
        index++;
      }
    }

    private void readOrSkip(JsonParser parser, List<Walk> walks) throws IOException {
      if (walks.isEmpty()) {
        parser.skipChildren();
      } else {
        read(parser, walks);
      }
    }

    private void scalar(Object value, List<Walk> walks) {
      for (Walk walk : walks) {
        if (walk.taken >= paths.get(walk.field).steps().size()) {
          List<Object> known = values[walk.field];
          if (known == null) {
            known = new ArrayList<>();
            values[walk.field] = known;
          }
          known.add(value);
        }
      }
    }

    /** The step that a walk has yet to take, or null at its end. */
    private JsonPath.@Nullable Step next(Walk walk) {
      List<JsonPath.Step> steps = paths.get(walk.field).steps();
      return walk.taken < steps.size() ? steps.get(walk.taken) : null;
    }

    void addTo(SortedMap<String, Object> fields) {
      for (int field = 0; field < values.length; field++) {
        List<Object> found = values[field];
        if (many[field]) {
          fields.put(declared.get(field).name(), found == null ? List.of() : List.copyOf(found));
        } else if (found != null) {
          fields.put(declared.get(field).name(), found.getFirst());
        }
      }
    }

    @SuppressWarnings("unchecked") // Arrays of generics; only lists of objects are stored.
    private static @Nullable List<Object>[] lists(int count) {
      return (List<Object>[]) new List<?>[count];
    }
  }
}
