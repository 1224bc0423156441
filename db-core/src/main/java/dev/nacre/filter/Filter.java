package dev.nacre.filter;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Metadata;
import java.util.List;

/**
 * A condition over the metadata of a record. Immutable plain data.
 *
 * <p>A comparison with a field that is absent, or of another kind than the value (numbers compare
 * with numbers, exactly, across integers and doubles), is false; {@link Ne} is the negation of
 * {@link Eq}, so it is true for absent fields. A field that holds a list matches {@link Eq}, {@link
 * In} and the orderings when one of its elements does.
 */
public sealed interface Filter {

  /** Whether a record with this metadata matches. */
  boolean matches(Metadata metadata);

  /** The field equals the value: a String, Boolean, integer or finite number. */
  static Filter eq(String field, Object value) {
    return new Eq(field, value);
  }

  /** Not {@link #eq}. */
  static Filter ne(String field, Object value) {
    return new Ne(field, value);
  }

  /** The field is less than the value: a string (by code point) or number. */
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

  /** The field equals one of the values. */
  static Filter in(String field, List<?> values) {
    return new In(field, Scalars.checkedAll(field, values));
  }

  /** The field is there. */
  static Filter exists(String field) {
    return new Exists(field);
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

  /**
   * Equality.
   *
   * @param field the field
   * @param value a String, Boolean, Long or Double
   */
  record Eq(String field, Object value) implements Filter {
    /** Checks field and value, and widens the value as metadata does. */
    public Eq {
      requireNonNull(field, "field");
      requireNonNull(value, "value");
      value = Scalars.checked(field, value);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return Scalars.any(metadata, field, element -> Scalars.equal(element, value));
    }
  }

  /**
   * Inequality.
   *
   * @param field the field
   * @param value a String, Boolean, Long or Double
   */
  record Ne(String field, Object value) implements Filter {
    /** Checks field and value, and widens the value as metadata does. */
    public Ne {
      requireNonNull(field, "field");
      requireNonNull(value, "value");
      value = Scalars.checked(field, value);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return !Scalars.any(metadata, field, element -> Scalars.equal(element, value));
    }
  }

  /**
   * An ordering.
   *
   * @param field the field
   * @param order which one
   * @param value a String, Long or Double
   */
  record Compare(String field, Order order, Object value) implements Filter {
    /** Checks field and value, and widens the value as metadata does. */
    public Compare {
      requireNonNull(field, "field");
      requireNonNull(order, "order");
      requireNonNull(value, "value");
      value = Scalars.ordered(field, value);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return Scalars.any(metadata, field, element -> Scalars.ordered(element, order, value));
    }
  }

  /**
   * Membership.
   *
   * @param field the field
   * @param values Strings, Booleans, Longs or Doubles
   */
  record In(String field, List<Object> values) implements Filter {
    /** Checks field and values, and copies them, widened as metadata does. */
    public In {
      requireNonNull(field, "field");
      requireNonNull(values, "values");
      values = Scalars.checkedAll(field, values);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return Scalars.any(
          metadata,
          field,
          element -> values.stream().anyMatch(value -> Scalars.equal(element, value)));
    }
  }

  /**
   * Presence.
   *
   * @param field the field
   */
  record Exists(String field) implements Filter {
    /** Checks the field's name. */
    public Exists {
      requireNonNull(field, "field");
      Scalars.checkField(field);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return metadata.get(field).isPresent();
    }
  }

  /**
   * Conjunction.
   *
   * @param filters the parts
   */
  record And(List<Filter> filters) implements Filter {
    /** Copies the list. */
    public And {
      requireNonNull(filters, "filters");
      filters = List.copyOf(filters);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return filters.stream().allMatch(filter -> filter.matches(metadata));
    }
  }

  /**
   * Disjunction.
   *
   * @param filters the parts
   */
  record Or(List<Filter> filters) implements Filter {
    /** Copies the list. */
    public Or {
      requireNonNull(filters, "filters");
      filters = List.copyOf(filters);
    }

    @Override
    public boolean matches(Metadata metadata) {
      return filters.stream().anyMatch(filter -> filter.matches(metadata));
    }
  }

  /**
   * Negation.
   *
   * @param filter the part
   */
  record Not(Filter filter) implements Filter {
    /** Refuses null. */
    public Not {
      requireNonNull(filter, "filter");
    }

    @Override
    public boolean matches(Metadata metadata) {
      return !filter.matches(metadata);
    }
  }
}
