package dev.nacre;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.embed.Embedder;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Limits;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a database is opened. Immutable; the defaults suit one service on one machine. */
public final class DatabaseOptions {
  private final Builder from;

  private DatabaseOptions(Builder from) {
    this.from = from;
  }

  /** The defaults, in a directory that is created when it is not there. */
  public static DatabaseOptions in(Path directory) {
    return builder().directory(directory).build();
  }

  /** The defaults, in memory: gone when closed. */
  public static DatabaseOptions inMemory() {
    return builder().build();
  }

  /** Options to be set one by one. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these options. */
  public Builder toBuilder() {
    return from.copy();
  }

  /** Where it lives, or empty for memory. */
  public Optional<Path> directory() {
    return Optional.ofNullable(from.directory);
  }

  /** What turns texts into vectors, when there is something. */
  public Optional<Embedder> embedder() {
    return Optional.ofNullable(from.embedder);
  }

  /** Whether it is opened without writing. */
  public Access access() {
    return from.access;
  }

  /** Bounds on what one write may hold. */
  public Limits limits() {
    return from.limits;
  }

  /** Bytes of the block cache. */
  public long cacheBytes() {
    return from.cacheBytes;
  }

  /** Bytes of write buffers. */
  public long writeBufferBytes() {
    return from.writeBufferBytes;
  }

  /** Bytes of writes that may wait for the committer. */
  public long queueBytes() {
    return from.queueBytes;
  }

  /** Off-heap bytes of exact search blocks. */
  public long blockBytes() {
    return from.blockBytes;
  }

  /** Vectors from which a space gets a graph. */
  public int graphThreshold() {
    return from.graphThreshold;
  }

  /**
   * The similarity provider: {@code auto}, {@code scalar} or {@code simd}; empty reads
   * NACRE_SIMILARITY.
   */
  public Optional<String> similarityProvider() {
    return Optional.ofNullable(from.similarityProvider);
  }

  /** Threads that read from disk and search. */
  public int readThreads() {
    return from.readThreads;
  }

  /** Reads and searches that may wait for a thread. */
  public int readQueueCalls() {
    return from.readQueueCalls;
  }

  /** The clock that gives commit times. */
  public Clock clock() {
    return from.clock;
  }

  /** Whether a database may be written. */
  public enum Access {
    /** The owner: one at a time. */
    READ_WRITE,
    /** Beside a running owner, at the version found when opened. */
    READ_ONLY
  }

  /** Sets options one by one; for one thread. */
  public static final class Builder {
    private @Nullable Path directory;
    private @Nullable Embedder embedder;
    private Access access = Access.READ_WRITE;
    private Limits limits = Limits.DEFAULT;
    private long cacheBytes = 256L << 20;
    private long writeBufferBytes = 128L << 20;
    private long queueBytes = 64L << 20;
    private long blockBytes = 1L << 30;
    private int graphThreshold = 20_000;
    private @Nullable String similarityProvider;
    private int readThreads = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 32);
    private int readQueueCalls = 10_000;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    private Builder copy() {
      Builder copy = new Builder();
      copy.directory = directory;
      copy.embedder = embedder;
      copy.access = access;
      copy.limits = limits;
      copy.cacheBytes = cacheBytes;
      copy.writeBufferBytes = writeBufferBytes;
      copy.queueBytes = queueBytes;
      copy.blockBytes = blockBytes;
      copy.graphThreshold = graphThreshold;
      copy.similarityProvider = similarityProvider;
      copy.readThreads = readThreads;
      copy.readQueueCalls = readQueueCalls;
      copy.clock = clock;
      return copy;
    }

    /** Where it lives. Default: in memory. */
    @CanIgnoreReturnValue
    public Builder directory(Path value) {
      directory = value;
      return this;
    }

    /**
     * What turns texts into vectors; the database does not close it. Default: none, so that only
     * vectors are searched.
     */
    @CanIgnoreReturnValue
    public Builder embedder(Embedder value) {
      embedder = value;
      return this;
    }

    /** Whether it may be written. Default: yes. */
    @CanIgnoreReturnValue
    public Builder access(Access value) {
      access = value;
      return this;
    }

    /** Bounds on what one write may hold. Default: {@link Limits#DEFAULT}. */
    @CanIgnoreReturnValue
    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    /**
     * Bytes of the block cache, at least 1 MiB; default 256 MiB. More when the records read often
     * do not fit.
     */
    @CanIgnoreReturnValue
    public Builder cacheBytes(long value) {
      cacheBytes = atLeast("cacheBytes", value, 1 << 20);
      return this;
    }

    /** Bytes of write buffers, at least 1 MiB; default 128 MiB. More for heavy bulk loads. */
    @CanIgnoreReturnValue
    public Builder writeBufferBytes(long value) {
      writeBufferBytes = atLeast("writeBufferBytes", value, 1 << 20);
      return this;
    }

    /** Bytes of writes that may wait for the committer, at least 64 KiB; default 64 MiB. */
    @CanIgnoreReturnValue
    public Builder queueBytes(long value) {
      queueBytes = atLeast("queueBytes", value, 1 << 16);
      return this;
    }

    /**
     * Off-heap bytes of exact search blocks, at least 1 MiB; default 1 GiB. Idle ones are dropped
     * beyond it.
     */
    @CanIgnoreReturnValue
    public Builder blockBytes(long value) {
      blockBytes = atLeast("blockBytes", value, 1 << 20);
      return this;
    }

    /**
     * Vectors from which a space gets a graph, at least 1; default 20,000. Fewer are always
     * compared exactly.
     */
    @CanIgnoreReturnValue
    public Builder graphThreshold(int value) {
      graphThreshold = (int) atLeast("graphThreshold", value, 1);
      return this;
    }

    /**
     * The similarity provider: {@code auto}, {@code scalar} or {@code simd}. Default:
     * NACRE_SIMILARITY, else auto.
     */
    @CanIgnoreReturnValue
    public Builder similarityProvider(String value) {
      similarityProvider = value;
      return this;
    }

    /**
     * Threads that read from disk and search, 1–256; default two for each processor, at least 4 and
     * at most 32.
     */
    @CanIgnoreReturnValue
    public Builder readThreads(int value) {
      readThreads = (int) atLeast("readThreads", value, 1);
      if (value > 256) {
        throw new ValidationException("readThreads is " + value + "; at most 256");
      }
      return this;
    }

    /**
     * Reads and searches that may wait for a thread, at least 1; default 10,000. Beyond it calls
     * fail, retryable.
     */
    @CanIgnoreReturnValue
    public Builder readQueueCalls(int value) {
      readQueueCalls = (int) atLeast("readQueueCalls", value, 1);
      return this;
    }

    /** The clock that gives commit times and judges expiry. Default: the system's. */
    @CanIgnoreReturnValue
    public Builder clock(Clock value) {
      clock = value;
      return this;
    }

    /** The options. */
    public DatabaseOptions build() {
      if (access == Access.READ_ONLY && directory == null) {
        throw new ValidationException(
            "a database in memory cannot be opened read-only: name a directory");
      }
      return new DatabaseOptions(copy());
    }

    private static long atLeast(String name, long value, long min) {
      if (value < min) {
        throw new ValidationException(name + " is " + value + "; at least " + min);
      }
      return value;
    }
  }
}
