package dev.nacre.filter;

import java.time.Instant;
import java.util.Iterator;
import java.util.List;

/** Writes a filter in the grammar that {@link FilterParser} reads. */
final class FilterText {
  private final StringBuilder out = new StringBuilder();

  /** What a part stands in, from the loosest binding to the tightest. */
  private enum Within {
    NOTHING,
    OR,
    AND,
    NOT
  }

  private FilterText() {}

  static String of(Filter filter) {
    FilterText text = new FilterText();
    text.write(filter, Within.NOTHING);
    return text.out.toString();
  }

  private void write(Filter filter, Within within) {
    switch (filter) {
      case Filter.Eq eq -> compare(eq.field(), "=", eq.value());
      case Filter.Ne ne -> compare(ne.field(), "!=", ne.value());
      case Filter.Compare compare ->
          compare(compare.field(), sign(compare.order()), compare.value());
      case Filter.Between between -> {
        compare(between.field(), "between", between.low());
        out.append(" and ");
        literal(between.high());
      }
      case Filter.In in -> in(in, " in (");
      case Filter.Contains contains -> compare(contains.field(), "contains", contains.value());
      case Filter.StartsWith starts -> compare(starts.field(), "starts with", starts.prefix());
      case Filter.Exists exists -> {
        field(exists.field());
        out.append(" is not null");
      }
      case Filter.Not not -> not(not.filter());
      case Filter.And and -> parts(and.filters(), "true", Within.AND, within);
      case Filter.Or or -> parts(or.filters(), "false", Within.OR, within);
    }
  }

  private void not(Filter negated) {
    switch (negated) {
      case Filter.Exists exists -> {
        field(exists.field());
        out.append(" is null");
      }
      case Filter.In in -> in(in, " not in (");
      case Filter.And and when and.filters().size() == 1 -> not(and.filters().getFirst());
      case Filter.Or or when or.filters().size() == 1 -> not(or.filters().getFirst());
      default -> {
        out.append("not ");
        write(negated, Within.NOT);
      }
    }
  }

  /** Parentheses keep a conjunction in a conjunction apart from one longer conjunction. */
  private void parts(List<Filter> parts, String none, Within kind, Within within) {
    if (parts.isEmpty()) {
      out.append(none);
      return;
    }
    if (parts.size() == 1) {
      write(parts.getFirst(), within);
      return;
    }
    boolean enclosed = within.compareTo(kind) >= 0;
    out.append(enclosed ? "(" : "");
    Iterator<Filter> each = parts.iterator();
    write(each.next(), kind);
    while (each.hasNext()) {
      out.append(kind == Within.AND ? " and " : " or ");
      write(each.next(), kind);
    }
    out.append(enclosed ? ")" : "");
  }

  private void in(Filter.In in, String operator) {
    field(in.field());
    out.append(operator);
    String separator = "";
    for (Object value : in.values()) {
      out.append(separator);
      literal(value);
      separator = ", ";
    }
    out.append(')');
  }

  private void compare(String field, String operator, Object value) {
    field(field);
    out.append(' ').append(operator).append(' ');
    literal(value);
  }

  private static String sign(Filter.Order order) {
    return switch (order) {
      case LT -> "<";
      case LE -> "<=";
      case GT -> ">";
      case GE -> ">=";
    };
  }

  private void field(String name) {
    if (FilterLexer.isPlainName(name)) {
      out.append(name);
    } else {
      out.append('`').append(name.replace("`", "``")).append('`');
    }
  }

  private void literal(Object value) {
    switch (value) {
      case String text -> quoted(text);
      case Instant instant -> {
        out.append("timestamp ");
        quoted(instant.toString());
      }
      default -> out.append(value);
    }
  }

  private void quoted(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (Character.isISOControl(c)) {
            out.append("\\u");
            out.repeat('0', c < 0x10 ? 3 : 2).append(Integer.toHexString(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
