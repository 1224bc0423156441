package dev.nacre.cli;

import dev.nacre.filter.Filter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A condition on metadata as an argument: {@code year>=2020}. */
final class ConditionConverter implements ITypeConverter<Filter> {
  private static final Pattern FORM =
      Pattern.compile("([^=<>!]+)(=|!=|<=|>=|<|>)(.*)", Pattern.DOTALL);

  ConditionConverter() {}

  @Override
  public Filter convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "\"" + text + "\" is no condition: write field=value, or with != < <= > >=");
    }
    String field = form.group(1).strip();
    Object value = Json.typed(field, form.group(3).strip());
    return switch (form.group(2)) {
      case "=" -> Filter.eq(field, value);
      case "!=" -> Filter.ne(field, value);
      case "<" -> Filter.lt(field, value);
      case "<=" -> Filter.le(field, value);
      case ">" -> Filter.gt(field, value);
      default -> Filter.ge(field, value);
    };
  }
}
