package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.FilterToken.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a filter by recursive descent, as deep as filters may nest. For one text and
 * one thread.
 *
 * <pre>
 *   filter     = and { "or" and }
 *   and        = not { "and" not }
 *   not        = "not" not | primary
 *   primary    = "(" filter ")" | "true" | "false"
 *              | "exists" field | "exists" "(" field ")" | field condition
 *   condition  = ( "=" | "==" | "!=" | "&lt;&gt;" ) ( value | "null" )
 *              | ( "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) value
 *              | "is" [ "not" ] "null" | "exists"
 *              | [ "not" ] "in" "(" [ value { "," value } ] ")"
 *              | [ "not" ] "between" value "and" value
 *              | [ "not" ] "contains" value
 *              | [ "not" ] "starts" "with" string
 *   value      = string | number | "true" | "false" | "timestamp" string
 *   field      = word | name in backticks
 * </pre>
 */
final class FilterParser {
  private final String text;
  private final FilterLexer lexer;
  private FilterToken token;
  private int depth;

  FilterParser(String text) {
    if (text.length() > Filter.TEXT_MAX) {
      throw new ValidationException(
          "the filter has " + text.length() + " characters; at most " + Filter.TEXT_MAX,
          Map.of("max", Integer.toString(Filter.TEXT_MAX)));
    }
    this.text = text;
    this.lexer = new FilterLexer(text);
    this.token = lexer.next();
  }

  Filter parse() {
    Filter filter = or();
    if (token.kind() != Kind.END) {
      throw expected("\"and\", \"or\" or the end");
    }
    return filter;
  }

  private Filter or() {
    return chain(this::and, "or", Filter.Or::new);
  }

  private Filter and() {
    return chain(this::not, "and", Filter.And::new);
  }

  private Filter chain(
      Supplier<Filter> part, String keyword, Function<List<Filter>, Filter> joined) {
    int from = token.from();
    Filter first = part.get();
    if (!token.is(keyword)) {
      return first;
    }
    List<Filter> parts = new ArrayList<>();
    parts.add(first);
    while (token.is(keyword)) {
      advance();
      parts.add(part.get());
    }
    return made(from, () -> joined.apply(parts));
  }

  private Filter not() {
    if (!token.is("not")) {
      return primary();
    }
    int from = token.from();
    advance();
    enter(from);
    Filter negated = not();
    depth--;
    return made(from, () -> new Filter.Not(negated));
  }

  private Filter primary() {
    if (token.kind() == Kind.OPEN) {
      int from = token.from();
      advance();
      enter(from);
      Filter inner = or();
      depth--;
      if (token.kind() != Kind.CLOSE) {
        throw expected("\"and\", \"or\" or \")\"");
      }
      advance();
      return inner;
    }
    if (token.is("true") || token.is("false")) {
      Filter constant = token.is("true") ? new Filter.And(List.of()) : new Filter.Or(List.of());
      advance();
      return constant;
    }
    if (token.is("exists")) {
      return existing();
    }
    int from = token.from();
    String field = field();
    return condition(from, field);
  }

  /** {@code exists field}, or with the field in parentheses. */
  private Filter existing() {
    advance();
    boolean enclosed = token.kind() == Kind.OPEN;
    if (enclosed) {
      advance();
    }
    int from = token.from();
    String field = field();
    if (enclosed) {
      take(Kind.CLOSE, "\")\"");
    }
    return made(from, () -> new Filter.Exists(field));
  }

  private String field() {
    if (token.kind() == Kind.NAME) {
      String name = token.text();
      advance();
      return name;
    }
    if (token.kind() != Kind.WORD || FilterLexer.isKeyword(token.text())) {
      throw expected("a field name" + fieldHint());
    }
    String name = token.text();
    advance();
    return name;
  }

  private String fieldHint() {
    return switch (token.kind()) {
      case STRING -> " (without quotes, or in backticks)";
      case WORD -> " (a word of the grammar is one in backticks)";
      default -> "";
    };
  }

  private Filter condition(int from, String field) {
    return switch (token.kind()) {
      case EQ -> equality(from, field, Filter.Eq::new, Filter::isNull);
      case NE -> equality(from, field, Filter.Ne::new, Filter::exists);
      case LT -> order(from, field, Filter.Order.LT);
      case LE -> order(from, field, Filter.Order.LE);
      case GT -> order(from, field, Filter.Order.GT);
      case GE -> order(from, field, Filter.Order.GE);
      default -> words(from, field);
    };
  }

  private Filter words(int from, String field) {
    if (token.is("is")) {
      advance();
      boolean negated = taken("not");
      keyword("null", negated ? "\"null\"" : "\"null\" or \"not null\"");
      return made(from, () -> negated ? Filter.exists(field) : Filter.isNull(field));
    }
    if (token.is("exists")) {
      advance();
      return made(from, () -> Filter.exists(field));
    }
    boolean negated = taken("not");
    Filter condition = operation(from, field);
    if (condition == null) {
      throw expected(
          negated
              ? "\"in\", \"between\", \"contains\" or \"starts with\""
              : "an operator: = != < <= > >=, in, between, contains, starts with, is null");
    }
    return negated ? made(from, () -> new Filter.Not(condition)) : condition;
  }

  /** What may stand behind {@code not}, or null when it is nothing of that. */
  private @Nullable Filter operation(int from, String field) {
    if (taken("in")) {
      List<Object> values = values();
      return made(from, () -> new Filter.In(field, values));
    }
    if (taken("between")) {
      Object low = value("a value");
      keyword("and", "\"and\" and the upper bound");
      Object high = value("a value");
      return made(from, () -> new Filter.Between(field, low, high));
    }
    if (taken("contains")) {
      Object value = value("a value");
      return made(from, () -> new Filter.Contains(field, value));
    }
    if (taken("starts")) {
      keyword("with", "\"with\"");
      if (token.kind() != Kind.STRING) {
        throw expected("a text in quotes");
      }
      String prefix = (String) value("a text");
      return made(from, () -> new Filter.StartsWith(field, prefix));
    }
    return null;
  }

  private Filter equality(
      int from,
      String field,
      BiFunction<String, Object, Filter> comparison,
      Function<String, Filter> withNull) {
    advance();
    if (taken("null")) {
      return made(from, () -> withNull.apply(field));
    }
    Object value = value("a value");
    return made(from, () -> comparison.apply(field, value));
  }

  private Filter order(int from, String field, Filter.Order order) {
    advance();
    int at = token.from();
    Object value = value("a value");
    if (value instanceof Boolean) {
      throw FilterProblem.at(text, at, "booleans have no order; compare them with = or !=");
    }
    return made(from, () -> new Filter.Compare(field, order, value));
  }

  private List<Object> values() {
    take(Kind.OPEN, "\"(\" and a list of values");
    List<Object> values = new ArrayList<>();
    if (token.kind() != Kind.CLOSE) {
      values.add(value("a value or \")\""));
      while (token.kind() == Kind.COMMA) {
        advance();
        values.add(value("a value"));
      }
    }
    take(Kind.CLOSE, "\",\" or \")\"");
    return values;
  }

  private Object value(String wanted) {
    FilterToken found = token;
    if (found.kind() == Kind.STRING || found.kind() == Kind.NUMBER) {
      advance();
      return found.literal();
    }
    if (found.is("true") || found.is("false")) {
      advance();
      return found.is("true");
    }
    if (found.is("timestamp")) {
      advance();
      return instant();
    }
    if (found.is("null")) {
      throw FilterProblem.at(
          text,
          found.from(),
          "nothing is compared with null; write \"is null\" or \"is not null\"");
    }
    throw expected(wanted + (found.kind() == Kind.WORD ? " (texts stand in quotes)" : ""));
  }

  private Instant instant() {
    if (token.kind() != Kind.STRING) {
      throw expected("a time in quotes, as in timestamp '2026-01-31T09:30:00Z'");
    }
    Instant instant = Instants.parse((String) token.literal());
    if (instant == null) {
      throw FilterProblem.at(
          text,
          token.from(),
          "this is no RFC 3339 time with an offset, such as '2026-01-31T09:30:00Z'");
    }
    advance();
    return instant;
  }

  private boolean taken(String keyword) {
    boolean found = token.is(keyword);
    if (found) {
      advance();
    }
    return found;
  }

  private void keyword(String keyword, String wanted) {
    if (!taken(keyword)) {
      throw expected(wanted);
    }
  }

  private void take(Kind kind, String wanted) {
    if (token.kind() != kind) {
      throw expected(wanted);
    }
    advance();
  }

  private void advance() {
    token = lexer.next();
  }

  private void enter(int from) {
    if (++depth > Filter.DEPTH_MAX) {
      throw FilterProblem.at(
          text, from, "the filter nests more than " + Filter.DEPTH_MAX + " levels deep here");
    }
  }

  /** What the filter itself refuses is said with its place. */
  private Filter made(int from, Supplier<Filter> filter) {
    try {
      return filter.get();
    } catch (ValidationException e) {
      throw FilterProblem.at(text, from, String.valueOf(e.getMessage()));
    }
  }

  private ValidationException expected(String what) {
    return FilterProblem.at(
        text, token.from(), "expected " + what + ", found " + lexer.describe(token));
  }
}
