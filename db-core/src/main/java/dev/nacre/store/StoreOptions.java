package dev.nacre.store;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Limits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a store is opened. Sizes are at most 1 TiB where no other bound is said.
 *
 * @param directory where it lives, created when absent; null for a store in memory that ends with
 *     its handle
 * @param readOnly open beside a running owner at the version found, without writing
 * @param blockCacheBytes RocksDB's block cache; default 256 MiB; larger when the hot set does not
 *     fit
 * @param writeBufferBytes memory for writes before they go to sorted files, all column families
 *     together; default 128 MiB
 * @param queueBytes writes waiting for the committer; beyond it they wait for room until their
 *     deadline; default 64 MiB
 * @param groupBytes the most one group commit writes; default 8 MiB, at most 256 MiB
 * @param limits what one write may hold
 * @param idempotencyRetention how long an idempotency key is known after its commit, by the commit
 *     clock, from a second to a year; default a day
 * @param sweeping when expired records and history that is not kept are dropped
 * @param clock gives commit times
 * @param probe called before every call that may touch storage; for tests that stall or fail it
 */
public record StoreOptions(
    @Nullable Path directory,
    boolean readOnly,
    long blockCacheBytes,
    long writeBufferBytes,
    long queueBytes,
    long groupBytes,
    Limits limits,
    Duration idempotencyRetention,
    Sweeping sweeping,
    Clock clock,
    StorageProbe probe) {
  /** How long an idempotency key is known unless said otherwise. */
  public static final Duration IDEMPOTENCY_RETENTION = Duration.ofDays(1);

  /** The longest an idempotency key is known. */
  public static final Duration IDEMPOTENCY_RETENTION_MAX = Duration.ofDays(365);

  private static final long BYTES_MAX = 1L << 40;
  private static final long GROUP_BYTES_MAX = 256L << 20;

  /** Checks the ranges. */
  public StoreOptions {
    requireNonNull(limits, "limits");
    requireNonNull(idempotencyRetention, "idempotencyRetention");
    requireNonNull(sweeping, "sweeping");
    requireNonNull(clock, "clock");
    requireNonNull(probe, "probe");
    check("blockCacheBytes", blockCacheBytes, 1L << 20, BYTES_MAX);
    check("writeBufferBytes", writeBufferBytes, 1L << 20, BYTES_MAX);
    check("queueBytes", queueBytes, 1L << 16, BYTES_MAX);
    check("groupBytes", groupBytes, 1L << 12, GROUP_BYTES_MAX);
    if (idempotencyRetention.compareTo(Duration.ofSeconds(1)) < 0
        || idempotencyRetention.compareTo(IDEMPOTENCY_RETENTION_MAX) > 0) {
      throw new ValidationException(
          "idempotencyRetention is "
              + idempotencyRetention
              + "; allowed are one second to "
              + IDEMPOTENCY_RETENTION_MAX.toDays()
              + " days",
          Map.of("option", "idempotencyRetention"));
    }
  }

  /** The defaults, in a directory. */
  public static StoreOptions in(Path directory) {
    return new StoreOptions(
        directory,
        false,
        256L << 20,
        128L << 20,
        64L << 20,
        8L << 20,
        Limits.DEFAULT,
        IDEMPOTENCY_RETENTION,
        Sweeping.DEFAULT,
        Clock.systemUTC(),
        StorageProbe.NONE);
  }

  /** The defaults, in memory. */
  public static StoreOptions inMemory() {
    return new StoreOptions(
        null,
        false,
        64L << 20,
        64L << 20,
        64L << 20,
        8L << 20,
        Limits.DEFAULT,
        IDEMPOTENCY_RETENTION,
        Sweeping.DEFAULT,
        Clock.systemUTC(),
        StorageProbe.NONE);
  }

  /** The same with another clock. */
  public StoreOptions withClock(Clock value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        value,
        probe);
  }

  /** The same with a probe. */
  public StoreOptions withProbe(StorageProbe value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        clock,
        value);
  }

  /** The same with other limits. */
  public StoreOptions withLimits(Limits value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        value,
        idempotencyRetention,
        sweeping,
        clock,
        probe);
  }

  /** The same with idempotency keys known for {@code value}. */
  public StoreOptions withIdempotencyRetention(Duration value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        value,
        sweeping,
        clock,
        probe);
  }

  /** The same with another sweeper. */
  public StoreOptions withSweeping(Sweeping value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        value,
        clock,
        probe);
  }

  /** The same with a bounded queue of {@code value} bytes. */
  public StoreOptions withQueueBytes(long value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        writeBufferBytes,
        value,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        clock,
        probe);
  }

  /** The same with a block cache of {@code value} bytes. */
  public StoreOptions withBlockCacheBytes(long value) {
    return new StoreOptions(
        directory,
        readOnly,
        value,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        clock,
        probe);
  }

  /** The same with write buffers of {@code value} bytes. */
  public StoreOptions withWriteBufferBytes(long value) {
    return new StoreOptions(
        directory,
        readOnly,
        blockCacheBytes,
        value,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        clock,
        probe);
  }

  /** The same, read only. */
  public StoreOptions asReadOnly() {
    return new StoreOptions(
        directory,
        true,
        blockCacheBytes,
        writeBufferBytes,
        queueBytes,
        groupBytes,
        limits,
        idempotencyRetention,
        sweeping,
        clock,
        probe);
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ValidationException(
          name + " is " + value + "; allowed are " + min + " to " + max,
          Map.of(name, Long.toString(value)));
    }
  }
}
