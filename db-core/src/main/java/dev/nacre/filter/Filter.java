package dev.nacre.filter;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Metadata;
import dev.nacre.model.RecordCondition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A condition over the fields of a record: its metadata, and what its namespace declares of its
 * JSON value. Immutable plain data; {@link #parse} reads one from a text such as {@code price < 10
 * and tags contains "red"}, and {@link #text} writes it.
 *
 * <p><b>Values.</b> A filter compares with a String, a Boolean, an integer up to 64 bits, a finite
 * number, or an {@link java.time.Instant}. Numbers compare with numbers, exactly, across integers
 * and doubles; strings by code point; an instant with text that is an RFC 3339 time, exactly, down
 * to the nanosecond and across offsets.
 *
 * <p><b>Two values of truth.</b> A comparison with a field that is absent, or of another kind than
 * the value, is false, never unknown: {@code not} of it is true, and {@link Ne} is the negation of
 * {@link Eq}. A field that holds a list matches when one of its elements does; for {@link Between}
 * that is one element within both bounds.
 */
public sealed interface Filter extends RecordCondition {
  /** The deepest nesting of {@link And}, {@link Or} and {@link Not}. */
  int DEPTH_MAX = 200;

  /** The longest text that {@link #parse} reads, in UTF-16 characters. */
  int TEXT_MAX = 1 << 20;

  /** Whether a record with this metadata matches. */
  @Override
  boolean matches(Metadata metadata);

  /** The names of the fields it looks at. */
  default Set<String> fields() {
    Set<String> names = new TreeSet<>();
    Filters.collect(this, names);
    return names;
  }

  /**
   * The filter in the grammar that {@link #parse} reads. Parsing it gives an equal filter; only a
   * conjunction or disjunction of a single part comes back as that part.
   */
  default String text() {
    return FilterText.of(this);
  }

  /**
   * Reads a filter from a text, such as {@code price < 10 and tags contains "red"}. The grammar is
   * in {@code docs/reference/filters.md}.
   *
   * @throws dev.nacre.error.ValidationException when it cannot be read: says the line and the
   *     column, shows the place, and says what was expected there
   */
  static Filter parse(String text) {
    return new FilterParser(requireNonNull(text, "text")).parse();
  }

  /** The field equals the value. */
  static Filter eq(String field, Object value) {
    return new Eq(field, value);
  }

  /** Not {@link #eq}. */
  static Filter ne(String field, Object value) {
    return new Ne(field, value);
  }

  /** The field is less than the value: a string (by code point), number or instant. */
  static Filter lt(String field, Object value) {
    return new Compare(field, Order.LT, value);
  }

  /** The field is at most the value. */
  static Filter le(String field, Object value) {
    return new Compare(field, Order.LE, value);
  }

  /** The field is more than the value. */
  static Filter gt(String field, Object value) {
    return new Compare(field, Order.GT, value);
  }

  /** The field is at least the value. */
  static Filter ge(String field, Object value) {
    return new Compare(field, Order.GE, value);
  }

  /** The field, or one same element of its list, is from {@code low} to {@code high}, both in. */
  static Filter between(String field, Object low, Object high) {
    return new Between(field, low, high);
  }

  /** The field equals one of the values. */
  static Filter in(String field, List<?> values) {
    return new In(field, Scalars.checkedAll(field, values));
  }

  /** The field is a list with an element that equals the value, or a text with the value in it. */
  static Filter contains(String field, Object value) {
    return new Contains(field, value);
  }

  /** The field is a text, or a list with one, that begins so. */
  static Filter startsWith(String field, String prefix) {
    return new StartsWith(field, prefix);
  }

  /** The field is there. */
  static Filter exists(String field) {
    return new Exists(field);
  }

  /** Not {@link #exists}. */
  static Filter isNull(String field) {
    return new Not(new Exists(field));
  }

  /** Every one matches; true when there is none. */
  static Filter and(Filter... filters) {
    return new And(List.of(filters));
  }

  /** At least one matches; false when there is none. */
  static Filter or(Filter... filters) {
    return new Or(List.of(filters));
  }

  /** The other does not match. */
  static Filter not(Filter filter) {
    return new Not(filter);
  }

  /** How a {@link Compare} compares. */
  enum Order {
    /** Less. */
    LT,
    /** Less or equal. */
    LE,
    /** Greater. */
    GT,
    /** Greater or equal. */
    GE
  }

  /** A filter that looks at one field. */
  sealed interface Condition extends Filter {
    /** The name of the field. */
    String field();

    /**
     * Whether a record matches in which the field has this value.
     *
     * @param value a String, Boolean, Long, Double or a list of those, as {@link Metadata#get}
     *     gives it; null when there is no such field
     */
    boolean holds(@Nullable Object value);

    @Override
    default boolean matches(Metadata metadata) {
      return holds(metadata.get(field()).orElse(null));
    }
  }

  /**
   * Equality.
   *
   * @param field the field
   * @param value a String, Boolean, Long, Double or Instant
   */
  record Eq(String field, Object value) implements Condition {
    /** Checks field and value, and widens the value as metadata does. */
    public Eq {
      requireNonNull(field, "field");
      requireNonNull(value, "value");
      value = Scalars.checked(field, value);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return Scalars.any(found, element -> Scalars.equal(element, value));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Inequality.
   *
   * @param field the field
   * @param value a String, Boolean, Long, Double or Instant
   */
  record Ne(String field, Object value) implements Condition {
    /** Checks field and value, and widens the value as metadata does. */
    public Ne {
      requireNonNull(field, "field");
      requireNonNull(value, "value");
      value = Scalars.checked(field, value);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return !Scalars.any(found, element -> Scalars.equal(element, value));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * An ordering.
   *
   * @param field the field
   * @param order which one
   * @param value a String, Long, Double or Instant
   */
  record Compare(String field, Order order, Object value) implements Condition {
    /** Checks field and value, and widens the value as metadata does. */
    public Compare {
      requireNonNull(field, "field");
      requireNonNull(order, "order");
      requireNonNull(value, "value");
      value = Scalars.ordered(field, value);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return Scalars.any(found, element -> Scalars.ordered(element, order, value));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * A range. None is in it when {@code low} is more than {@code high}.
   *
   * @param field the field
   * @param low the least: a String, Long, Double or Instant
   * @param high the most, of the same kind
   */
  record Between(String field, Object low, Object high) implements Condition {
    /** Checks field and values, and widens the values as metadata does. */
    public Between {
      requireNonNull(field, "field");
      requireNonNull(low, "low");
      requireNonNull(high, "high");
      low = Scalars.ordered(field, low);
      high = Scalars.ordered(field, high);
      Scalars.checkSameKind(field, low, high);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return Scalars.any(
          found,
          element ->
              Scalars.ordered(element, Order.GE, low) && Scalars.ordered(element, Order.LE, high));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Membership.
   *
   * @param field the field
   * @param values Strings, Booleans, Longs, Doubles or Instants
   */
  record In(String field, List<Object> values) implements Condition {
    /** Checks field and values, and copies them, widened as metadata does. */
    public In {
      requireNonNull(field, "field");
      requireNonNull(values, "values");
      values = Scalars.checkedAll(field, values);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return Scalars.any(
          found, element -> values.stream().anyMatch(value -> Scalars.equal(element, value)));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Containment: an element of a list that equals the value, or the value as a part of a text.
   * Texts in a list are compared as a whole.
   *
   * @param field the field
   * @param value a String, Boolean, Long, Double or Instant
   */
  record Contains(String field, Object value) implements Condition {
    /** Checks field and value, and widens the value as metadata does. */
    public Contains {
      requireNonNull(field, "field");
      requireNonNull(value, "value");
      value = Scalars.checked(field, value);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return found instanceof List
          ? Scalars.any(found, element -> Scalars.equal(element, value))
          : found instanceof String text && value instanceof String part && text.contains(part);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * How a text begins.
   *
   * @param field the field
   * @param prefix its first characters
   */
  record StartsWith(String field, String prefix) implements Condition {
    /** Checks field and prefix. */
    public StartsWith {
      requireNonNull(field, "field");
      requireNonNull(prefix, "prefix");
      var _ = Scalars.checked(field, prefix);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return Scalars.any(
          found, element -> element instanceof String text && text.startsWith(prefix));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Presence.
   *
   * @param field the field
   */
  record Exists(String field) implements Condition {
    /** Checks the field's name. */
    public Exists {
      requireNonNull(field, "field");
      Scalars.checkField(field);
    }

    @Override
    public boolean holds(@Nullable Object found) {
      return found != null;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Conjunction.
   *
   * @param filters the parts
   */
  record And(List<Filter> filters) implements Filter {
    /** Copies the list, and checks the nesting. */
    public And {
      requireNonNull(filters, "filters");
      filters = Filters.checked(filters);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return filters.stream().allMatch(filter -> filter.matches(metadata));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Disjunction.
   *
   * @param filters the parts
   */
  record Or(List<Filter> filters) implements Filter {
    /** Copies the list, and checks the nesting. */
    public Or {
      requireNonNull(filters, "filters");
      filters = Filters.checked(filters);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return filters.stream().anyMatch(filter -> filter.matches(metadata));
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Negation.
   *
   * @param filter the part
   */
  record Not(Filter filter) implements Filter {
    /** Refuses null, and checks the nesting. */
    public Not {
      requireNonNull(filter, "filter");
      var _ = Filters.checked(List.of(filter));
    }

    @Override
    public boolean matches(Metadata metadata) {
      return !filter.matches(metadata);
    }

    @Override
    public String toString() {
      return text();
    }
  }
}
