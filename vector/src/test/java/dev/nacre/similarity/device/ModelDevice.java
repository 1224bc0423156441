package dev.nacre.similarity.device;

import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A device in Java that can be told to fail. It refuses what must not happen: a handle that is not
 * there, a copy beyond a buffer, a call after closing, two calls at once.
 */
public final class ModelDevice implements Device {
  private final Map<Long, Buffer> buffers = new HashMap<>();
  private final long memoryBytes;
  private long next = 1;
  private long bytes;
  private int calls;
  private int failAt = -1;
  private int scorings;
  private boolean closed;
  private @Nullable Thread inside;

  private record Buffer(Arena arena, MemorySegment memory) {}

  public ModelDevice(long memoryBytes) {
    this.memoryBytes = memoryBytes;
  }

  /** The call after {@code count} more fails. */
  public void failAfter(int count) {
    failAt = calls + count;
  }

  /** Calls so far, of what can fail. */
  public int calls() {
    return calls;
  }

  /** Chunks scored so far. */
  public int scorings() {
    return scorings;
  }

  /** Bytes that are taken. */
  public long bytes() {
    return bytes;
  }

  public boolean isClosed() {
    return closed;
  }

  private void call(String name, Runnable work) {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(name + " after close");
      }
      if (inside != null) {
        throw new IllegalStateException(name + " beside another call");
      }
      inside = Thread.currentThread();
    }
    try {
      if (calls++ == failAt) {
        throw new UnavailableException(
            name + " failed with MODEL_LOST (7)", Map.of("call", name, "code", "7"));
      }
      work.run();
    } finally {
      synchronized (this) {
        inside = null;
      }
    }
  }

  private MemorySegment memory(long handle) {
    Buffer buffer = buffers.get(handle);
    if (buffer == null) {
      throw new IllegalStateException("no buffer " + handle);
    }
    return buffer.memory;
  }

  @Override
  public String provider() {
    return "model";
  }

  @Override
  public String description() {
    return "a model";
  }

  @Override
  public long memoryBytes() {
    return 2 * memoryBytes;
  }

  @Override
  public long bufferBytesMax() {
    return memoryBytes / 2;
  }

  @Override
  public int queryTile() {
    return 4;
  }

  @Override
  public long allocate(long wanted) {
    long handle = next++;
    call(
        "allocate",
        () -> {
          if (bytes + wanted > memoryBytes) {
            throw new ResourceExhaustedException("no memory for " + wanted);
          }
          Arena arena = Arena.ofShared();
          buffers.put(handle, new Buffer(arena, arena.allocate(wanted, Long.BYTES)));
          bytes += wanted;
        });
    return handle;
  }

  @Override
  public void free(long handle) {
    call(
        "free",
        () -> {
          bytes -= memory(handle).byteSize();
          Buffer gone = buffers.remove(handle);
          if (gone != null) {
            gone.arena.close();
          }
        });
  }

  @Override
  public void write(long handle, long offset, MemorySegment from) {
    call("write", () -> memory(handle).asSlice(offset, from.byteSize()).copyFrom(from));
  }

  @Override
  public void read(long handle, long offset, MemorySegment to) {
    call("read", () -> to.copyFrom(memory(handle).asSlice(offset, to.byteSize())));
  }

  @Override
  public void score(Scoring scoring) {
    scorings++;
    call(
        "score",
        () ->
            ModelKernels.score(
                scoring.distances(),
                memory(scoring.rows()),
                memory(scoring.queries()),
                scoring.queryCount(),
                memory(scoring.scores()),
                memory(scoring.maxima()),
                scoring.mask() == 0 ? null : memory(scoring.mask()),
                scoring.first(),
                scoring.count(),
                scoring.stride(),
                scoring.rowLimit()));
  }

  @Override
  public void select(Selecting selecting) {
    call(
        "select",
        () ->
            ModelKernels.select(
                memory(selecting.scores()),
                memory(selecting.maxima()),
                memory(selecting.thresholds()),
                memory(selecting.counts()),
                memory(selecting.found()),
                selecting.queryCount(),
                selecting.count(),
                selecting.rowLimit(),
                selecting.capacity()));
  }

  @Override
  public void close() {
    if (closed) {
      throw new IllegalStateException("closed twice");
    }
    closed = true;
  }
}
