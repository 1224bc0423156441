package dev.nacre;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.embed.Embedder;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Durability;
import dev.nacre.model.Limits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a database is opened. Immutable; {@link #in} and {@link #inMemory} give the defaults, {@link
 * #builder(Path)} changes them.
 *
 * @param directory where it lives, created when absent; null for a database in memory that ends
 *     when it is closed
 * @param readOnly open beside a running owner at the version found, without writing; default false
 * @param durability when a write is acknowledged that does not say; default {@link
 *     Durability#SYNC}. Choose {@link Durability#ASYNC} when losing the last moments in a power cut
 *     is acceptable
 * @param timeout how long a call may take that does not say, more than zero and at most a day;
 *     default one minute. A read that has begun fails with {@code DeadlineExceededException} though
 *     its thread is busy until storage answers; a write is withdrawn, never given up half-way
 * @param readThreads threads for reads that touch the disk and for searches, 1–1024; default twice
 *     the processors, at least 4 and at most 32. More when many reads wait on slow storage
 * @param readQueue reads that may wait for those threads, 1–10,000,000; default 10,000. Beyond it
 *     reads fail at once with {@code ResourceExhaustedException}, which may be retried
 * @param blockCacheBytes memory for blocks of sorted files, at least 1 MiB; default 256 MiB, in
 *     memory 64 MiB. Larger when the hot set does not fit
 * @param writeBufferBytes memory for writes before they go to sorted files, at least 1 MiB; default
 *     128 MiB, in memory 64 MiB
 * @param writeQueueBytes writes that wait encoded for the committer, at least 64 KiB; default 64
 *     MiB
 * @param vectorBytes off-heap memory for exact search, at least 1 MiB; default 1 GiB
 * @param graphThreshold vectors from which an embedding space gets a graph; default 20,000
 * @param similarity {@code auto}, {@code scalar}, {@code simd}, {@code opencl} or {@code cuda};
 *     null reads the environment variable {@code NACRE_SIMILARITY}, else {@code auto}. A named one
 *     that is absent fails the opening
 * @param limits what one write may hold
 * @param idempotencyRetention how long a commit with an idempotency key is recognised when it is
 *     retried, from a second to a year; default a day. Longer when callers retry later
 * @param sweepInterval how long the sweeper pauses between two sweeps, from a millisecond to a day;
 *     default a minute; zero sweeps on demand only. Longer when storage is slow and space is not
 *     wanted back soon
 * @param clock gives commit times; default the system's
 * @param embedder embeds texts in requests; null when none do. The database never closes it: it may
 *     serve several databases. Close it after them
 */
public record DatabaseOptions(
    @Nullable Path directory,
    boolean readOnly,
    Durability durability,
    Duration timeout,
    int readThreads,
    int readQueue,
    long blockCacheBytes,
    long writeBufferBytes,
    long writeQueueBytes,
    long vectorBytes,
    int graphThreshold,
    @Nullable String similarity,
    Limits limits,
    Duration idempotencyRetention,
    Duration sweepInterval,
    Clock clock,
    @Nullable Embedder embedder) {
  /** The most threads for reads. */
  public static final int READ_THREADS_MAX = 1024;

  /** The most reads that may wait. */
  public static final int READ_QUEUE_MAX = 10_000_000;

  /** The longest that idempotency keys are recognised. */
  public static final Duration IDEMPOTENCY_RETENTION_MAX = Duration.ofDays(365);

  /** The longest pause between two sweeps. */
  public static final Duration SWEEP_INTERVAL_MAX = Duration.ofDays(1);

  /** Checks the ranges. */
  public DatabaseOptions {
    requireNonNull(durability, "durability");
    requireNonNull(timeout, "timeout");
    requireNonNull(limits, "limits");
    requireNonNull(idempotencyRetention, "idempotencyRetention");
    requireNonNull(sweepInterval, "sweepInterval");
    requireNonNull(clock, "clock");
    WriteOptions.checkTimeout(timeout);
    check("readThreads", readThreads, 1, READ_THREADS_MAX);
    check("readQueue", readQueue, 1, READ_QUEUE_MAX);
    check("blockCacheBytes", blockCacheBytes, 1L << 20, Long.MAX_VALUE);
    check("writeBufferBytes", writeBufferBytes, 1L << 20, Long.MAX_VALUE);
    check("writeQueueBytes", writeQueueBytes, 1L << 16, Long.MAX_VALUE);
    check("vectorBytes", vectorBytes, 1L << 20, Long.MAX_VALUE);
    check("graphThreshold", graphThreshold, 1, Integer.MAX_VALUE);
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
    if (!sweepInterval.isZero()
        && (sweepInterval.compareTo(Duration.ofMillis(1)) < 0
            || sweepInterval.compareTo(SWEEP_INTERVAL_MAX) > 0)) {
      throw new ValidationException(
          "sweepInterval is "
              + sweepInterval
              + "; allowed are zero, and a millisecond to "
              + SWEEP_INTERVAL_MAX.toDays()
              + " day",
          Map.of("option", "sweepInterval"));
    }
    if (readOnly && directory == null) {
      throw new ValidationException("a database in memory cannot be opened read-only");
    }
  }

  /** The defaults, in a directory. */
  public static DatabaseOptions in(Path directory) {
    return builder(directory).build();
  }

  /** The defaults, in memory. */
  public static DatabaseOptions inMemory() {
    return inMemoryBuilder().build();
  }

  /** Starts from the defaults, in a directory. */
  public static Builder builder(Path directory) {
    return new Builder(requireNonNull(directory, "directory"));
  }

  /** Starts from the defaults, in memory. */
  public static Builder inMemoryBuilder() {
    return new Builder(null);
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ValidationException(
          name
              + " is "
              + value
              + (max == Long.MAX_VALUE
                  ? "; at least " + min
                  : "; allowed are " + min + " to " + max),
          Map.of("option", name));
    }
  }

  /** Collects options; for one thread. The record says what each of them means. */
  public static final class Builder {
    private final @Nullable Path directory;
    private boolean readOnly;
    private Durability durability = Durability.SYNC;
    private Duration timeout = Duration.ofMinutes(1);
    private int readThreads = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 32);
    private int readQueue = 10_000;
    private long blockCacheBytes;
    private long writeBufferBytes;
    private long writeQueueBytes = 64L << 20;
    private long vectorBytes = 1L << 30;
    private int graphThreshold = 20_000;
    private @Nullable String similarity;
    private Limits limits = Limits.DEFAULT;
    private Duration idempotencyRetention = Duration.ofDays(1);
    private Duration sweepInterval = Duration.ofMinutes(1);
    private Clock clock = Clock.systemUTC();
    private @Nullable Embedder embedder;

    private Builder(@Nullable Path directory) {
      this.directory = directory;
      this.blockCacheBytes = directory == null ? 64L << 20 : 256L << 20;
      this.writeBufferBytes = directory == null ? 64L << 20 : 128L << 20;
    }

    /** Opens without writing. */
    @CanIgnoreReturnValue
    public Builder readOnly() {
      readOnly = true;
      return this;
    }

    /** Sets when writes are acknowledged. */
    @CanIgnoreReturnValue
    public Builder durability(Durability value) {
      durability = requireNonNull(value, "durability");
      return this;
    }

    /** Sets how long calls may take. */
    @CanIgnoreReturnValue
    public Builder timeout(Duration value) {
      timeout = requireNonNull(value, "timeout");
      return this;
    }

    /** Sets the number of threads for reads. */
    @CanIgnoreReturnValue
    public Builder readThreads(int value) {
      readThreads = value;
      return this;
    }

    /** Sets how many reads may wait. */
    @CanIgnoreReturnValue
    public Builder readQueue(int value) {
      readQueue = value;
      return this;
    }

    /** Sets the memory for blocks of sorted files. */
    @CanIgnoreReturnValue
    public Builder blockCacheBytes(long value) {
      blockCacheBytes = value;
      return this;
    }

    /** Sets the memory for writes before they go to sorted files. */
    @CanIgnoreReturnValue
    public Builder writeBufferBytes(long value) {
      writeBufferBytes = value;
      return this;
    }

    /** Sets how much may wait for the committer. */
    @CanIgnoreReturnValue
    public Builder writeQueueBytes(long value) {
      writeQueueBytes = value;
      return this;
    }

    /** Sets the memory for exact search. */
    @CanIgnoreReturnValue
    public Builder vectorBytes(long value) {
      vectorBytes = value;
      return this;
    }

    /** Sets from how many vectors on a space gets a graph. */
    @CanIgnoreReturnValue
    public Builder graphThreshold(int value) {
      graphThreshold = value;
      return this;
    }

    /** Names the similarity provider. */
    @CanIgnoreReturnValue
    public Builder similarity(String value) {
      similarity = requireNonNull(value, "similarity");
      return this;
    }

    /** Sets what one write may hold. */
    @CanIgnoreReturnValue
    public Builder limits(Limits value) {
      limits = requireNonNull(value, "limits");
      return this;
    }

    /** Sets how long idempotency keys are recognised. */
    @CanIgnoreReturnValue
    public Builder idempotencyRetention(Duration value) {
      idempotencyRetention = requireNonNull(value, "idempotencyRetention");
      return this;
    }

    /** Sets how often the sweeper works; zero for never by itself. */
    @CanIgnoreReturnValue
    public Builder sweepInterval(Duration value) {
      sweepInterval = requireNonNull(value, "sweepInterval");
      return this;
    }

    /** Sets the clock of commit times. */
    @CanIgnoreReturnValue
    public Builder clock(Clock value) {
      clock = requireNonNull(value, "clock");
      return this;
    }

    /** Sets the embedder; the caller keeps and closes it. */
    @CanIgnoreReturnValue
    public Builder embedder(Embedder value) {
      embedder = requireNonNull(value, "embedder");
      return this;
    }

    /**
     * The options.
     *
     * @throws ValidationException when one is outside its range
     */
    public DatabaseOptions build() {
      return new DatabaseOptions(
          directory,
          readOnly,
          durability,
          timeout,
          readThreads,
          readQueue,
          blockCacheBytes,
          writeBufferBytes,
          writeQueueBytes,
          vectorBytes,
          graphThreshold,
          similarity,
          limits,
          idempotencyRetention,
          sweepInterval,
          clock,
          embedder);
    }
  }
}
