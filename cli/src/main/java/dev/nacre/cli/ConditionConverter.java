package dev.nacre.cli;

import dev.nacre.error.NacreException;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A filter as an argument, in the grammar of {@link Filter#parse}. Since a shell takes quotes away,
 * one comparison with a bare word is a filter, too: {@code kind=odd}.
 */
final class ConditionConverter implements ITypeConverter<Filter> {
  private static final Pattern BARE =
      Pattern.compile("([^=<>!\\s'\"`()]+)(=|!=|<=|>=|<|>)([^=<>!\\s'\"`(),]+)");

  ConditionConverter() {}

  @Override
  public Filter convert(String text) {
    try {
      return Filter.parse(text);
    } catch (ValidationException e) {
      Matcher bare = BARE.matcher(text);
      if (!bare.matches()) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
      try {
        return compare(bare.group(1), bare.group(2), Json.typed(bare.group(1), bare.group(3)));
      } catch (NacreException _) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  private static Filter compare(String field, String operator, Object value) {
    return switch (operator) {
      case "=" -> Filter.eq(field, value);
      case "!=" -> Filter.ne(field, value);
      case "<" -> Filter.lt(field, value);
      case "<=" -> Filter.le(field, value);
      case ">" -> Filter.gt(field, value);
      default -> Filter.ge(field, value);
    };
  }
}
