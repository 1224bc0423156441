package dev.nacre.cli;

import dev.nacre.model.AsOf;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment as an argument: a version, an instant, or a day in UTC. */
final class AsOfConverter implements ITypeConverter<AsOf> {
  AsOfConverter() {}

  @Override
  public AsOf convert(String text) {
    if (text.matches("\\d{1,18}")) {
      return AsOf.version(Long.parseLong(text));
    }
    try {
      return AsOf.instant(
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text));
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "\""
              + text
              + "\" is no version (42), instant (2026-01-31T12:00:00Z) or day (2026-01-31, its"
              + " first moment in UTC)");
    }
  }
}
