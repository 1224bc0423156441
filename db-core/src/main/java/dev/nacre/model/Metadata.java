package dev.nacre.model;

import dev.nacre.error.ValidationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The filterable facts of a record: a flat object of strings, booleans, int64 integers, finite
 * doubles, and lists of those. Immutable.
 *
 * <p>Integers of any Java width become {@link Long}, {@code float} becomes {@link Double};
 * everything else is refused with the name of the field.
 */
public final class Metadata {
  /** The longest name of a field, in UTF-16 characters. */
  static final int NAME_MAX = 256;

  /** No metadata. */
  public static final Metadata EMPTY = new Metadata(new TreeMap<>());

  private final Supplier<SortedMap<String, Object>> source;
  private volatile @Nullable SortedMap<String, Object> decoded;

  private Metadata(SortedMap<String, Object> fields) {
    this.source = () -> fields;
    this.decoded = fields;
  }

  private Metadata(Supplier<SortedMap<String, Object>> source) {
    this.source = source;
  }

  /**
   * Metadata that were checked when they were written, decoded when they are looked at: for the
   * store.
   *
   * @param source makes the fields; the same ones each time, and not changed afterwards
   */
  public static Metadata ofStored(Supplier<SortedMap<String, Object>> source) {
    return new Metadata(source);
  }

  private SortedMap<String, Object> fields() {
    SortedMap<String, Object> known = decoded;
    if (known == null) {
      known = source.get();
      decoded = known;
    }
    return known;
  }

  /**
   * Metadata from a map.
   *
   * @throws ValidationException when a name is no string, empty or longer than 256 characters, or a
   *     value is null, nested, not finite or of another type, or a text has half of a surrogate
   *     pair
   */
  public static Metadata of(Map<String, ?> fields) {
    if (fields.isEmpty()) {
      return EMPTY;
    }
    SortedMap<String, Object> checked = new TreeMap<>();
    // The compiler's promise of the key type does not hold for maps that come through raw types.
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      String name = checkedName(field.getKey());
      checked.put(name, checkedValue(name, field.getValue()));
    }
    return new Metadata(checked);
  }

  /** Metadata of one field. */
  public static Metadata of(String name, Object value) {
    return of(Map.of(name, value));
  }

  /** Metadata of two fields. */
  public static Metadata of(String name1, Object value1, String name2, Object value2) {
    if (name1.equals(name2)) {
      throw new ValidationException(
          "metadata field \"" + name1 + "\" is given twice", Map.of("field", name1));
    }
    return of(Map.of(name1, value1, name2, value2));
  }

  /** The value of a field: a String, Boolean, Long, Double, or an immutable list of those. */
  public Optional<Object> get(String name) {
    return Optional.ofNullable(fields().get(name));
  }

  /** Whether there is no field. */
  public boolean isEmpty() {
    return fields().isEmpty();
  }

  /** The fields in order of their names; cannot be changed. */
  public Map<String, Object> asMap() {
    return Collections.unmodifiableSortedMap(fields());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Metadata that && fields().equals(that.fields());
  }

  @Override
  public int hashCode() {
    return fields().hashCode();
  }

  @Override
  public String toString() {
    return fields().toString();
  }

  private static String checkedName(@Nullable Object key) {
    if (!(key instanceof String name)) {
      throw new ValidationException(
          "metadata field name "
              + key
              + " is "
              + (key == null ? "null" : "a " + key.getClass().getName())
              + "; names are strings",
          Map.of("field", String.valueOf(key)));
    }
    if (name.isEmpty() || name.length() > NAME_MAX) {
      throw new ValidationException(
          "metadata field name has " + name.length() + " characters; 1 to 256 are allowed",
          Map.of("field", name));
    }
    Texts.check(name, "metadata field name");
    return name;
  }

  private static Object checkedValue(String name, @Nullable Object value) {
    if (value instanceof Collection<?> elements) {
      List<Object> scalars = new ArrayList<>(elements.size());
      for (Object element : elements) {
        scalars.add(checkedScalar(name, element));
      }
      return List.copyOf(scalars);
    }
    return checkedScalar(name, value);
  }

  private static Object checkedScalar(String name, @Nullable Object value) {
    return switch (value) {
      case String text -> {
        Texts.check(text, "metadata field \"" + name + "\"");
        yield text;
      }
      case Boolean flag -> flag;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Float number -> finite(name, number.doubleValue());
      case Double number -> finite(name, number);
      case null -> throw refused(name, "null; leave the field out instead");
      default ->
          throw refused(
              name,
              "a "
                  + value.getClass().getName()
                  + "; strings, booleans, numbers up to 64 bits and lists of them are");
    };
  }

  private static Double finite(String name, Double number) {
    if (!Double.isFinite(number)) {
      throw refused(name, number + "; numbers must be finite");
    }
    return number;
  }

  private static ValidationException refused(String name, String what) {
    return new ValidationException(
        "metadata field \"" + name + "\" is " + what, Map.of("field", name));
  }
}
