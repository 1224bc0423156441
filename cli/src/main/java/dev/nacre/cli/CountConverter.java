package dev.nacre.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many: a whole number, at least one. */
final class CountConverter implements ITypeConverter<Long> {
  CountConverter() {}

  @Override
  public Long convert(String text) {
    if (!text.matches("\\d{1,18}") || Long.parseLong(text) == 0) {
      throw new TypeConversionException(
          "\"" + Printable.line(text) + "\" is not a whole number of at least 1");
    }
    return Long.parseLong(text);
  }
}
