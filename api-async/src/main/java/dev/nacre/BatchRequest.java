package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Durability;
import dev.nacre.model.WriteBatch;
import java.time.Duration;

/**
 * Commits a batch, all or nothing.
 *
 * @param batch the writes and what the commit says of itself
 * @param options durability and timeout
 */
public record BatchRequest(WriteBatch batch, WriteOptions options) {
  /** Checks the parts. */
  public BatchRequest {
    requireNonNull(batch, "batch");
    requireNonNull(options, "options");
  }

  /** With the database's defaults. */
  public static BatchRequest of(WriteBatch batch) {
    return new BatchRequest(batch, WriteOptions.DEFAULT);
  }

  /** The same with these options. */
  public BatchRequest withOptions(WriteOptions with) {
    return new BatchRequest(batch, with);
  }

  /** The same, acknowledged by {@code with}. */
  public BatchRequest withDurability(Durability with) {
    return withOptions(options.withDurability(with));
  }

  /** The same, waiting at most {@code with}. */
  public BatchRequest withTimeout(Duration with) {
    return withOptions(options.withTimeout(with));
  }
}
