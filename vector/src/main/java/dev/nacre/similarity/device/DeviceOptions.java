package dev.nacre.similarity.device;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.util.Map;

/**
 * How a device's memory is used.
 *
 * @param budgetBytes the most all buffers together may take; rows beyond are compared by the host
 * @param chunkBytes the most one buffer of rows may take; the device's own limit holds besides
 * @param workspaceBytes the most the scores of one pass may take; a batch is cut to fit, but one
 *     tile of queries is scored however many rows there are
 * @param uploadBytes the most one search uploads; the host compares the rest, so that no search
 *     waits for all of a large block
 * @param rowsMin fewer rows than this are compared by the host: a call of the device costs more
 * @param spared rows that were searched so recently make no room for others: two spaces that do not
 *     fit together would take turns in evicting each other
 */
public record DeviceOptions(
    long budgetBytes,
    long chunkBytes,
    long workspaceBytes,
    long uploadBytes,
    int rowsMin,
    Duration spared) {
  /** The defaults: 4 GiB in buffers of 256 MiB. */
  public static final DeviceOptions DEFAULT =
      new DeviceOptions(4L << 30, 256L << 20, 64L << 20, 64L << 20, 512, Duration.ofSeconds(10));

  /** Checks the ranges. */
  public DeviceOptions {
    if (budgetBytes < 1
        || chunkBytes < 1
        || workspaceBytes < 1
        || uploadBytes < 1
        || rowsMin < 1
        || spared.isNegative()) {
      throw new ValidationException(
          "a device's memory options must be positive",
          Map.of("budgetBytes", Long.toString(budgetBytes)));
    }
  }

  /** The same with another budget. */
  public DeviceOptions withBudgetBytes(long bytes) {
    return new DeviceOptions(bytes, chunkBytes, workspaceBytes, uploadBytes, rowsMin, spared);
  }

  /** The same with other bounds of a buffer of rows and of what one search uploads. */
  public DeviceOptions withChunks(long chunk, long upload) {
    return new DeviceOptions(budgetBytes, chunk, workspaceBytes, upload, rowsMin, spared);
  }

  /** The same with another bound of the scores of one pass. */
  public DeviceOptions withWorkspaceBytes(long bytes) {
    return new DeviceOptions(budgetBytes, chunkBytes, bytes, uploadBytes, rowsMin, spared);
  }

  /** The same with another least number of rows. */
  public DeviceOptions withRowsMin(int rows) {
    return new DeviceOptions(budgetBytes, chunkBytes, workspaceBytes, uploadBytes, rows, spared);
  }

  /** The same with another time for which rows are spared. */
  public DeviceOptions withSpared(Duration time) {
    return new DeviceOptions(budgetBytes, chunkBytes, workspaceBytes, uploadBytes, rowsMin, time);
  }
}
