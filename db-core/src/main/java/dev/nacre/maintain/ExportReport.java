package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.ReadPoint;

/**
 * What was exported.
 *
 * @param readPoint the moment, the same for every record
 * @param namespaces how many namespaces
 * @param records how many records, or changes of them
 * @param bytes how many bytes
 */
public record ExportReport(ReadPoint readPoint, int namespaces, long records, long bytes) {
  /** Refuses null. */
  public ExportReport {
    requireNonNull(readPoint, "readPoint");
  }
}
