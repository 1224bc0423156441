package dev.nacre.similarity.device;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.ResidentRows.Chunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the nearest among rows that lie in a device's memory. Thread-safe: one search runs at a
 * time, since a device is one resource.
 *
 * <p><b>Exact.</b> A device rounds in another order than the host. It therefore answers with {@link
 * Candidates}: a set of rows that is proven ({@link ErrorBound}) to hold every row that is among
 * the nearest by the host's scores, ties included. The host compares these few again, so hits and
 * scores are bitwise what they are without a device.
 *
 * <p><b>Memory.</b> Rows are uploaded once, in chunks, by the searches that ask for them, and new
 * ones when they have become many. All buffers together stay within the budget. Where it does not
 * suffice, the rows that were searched least recently go; what still does not fit is compared by
 * the host.
 *
 * <p><b>Failures.</b> A failed call is thrown, naming the call and its code. After one other than
 * short memory the device is not called again: its state is unknown, and every search fails the
 * same way until a new one is opened.
 */
public final class DeviceSimilarity implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceSimilarity.class);

  private final Device device;
  private final DeviceOptions options;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<ResidentRows> resident = new ArrayList<>();
  private final DevicePass pass;
  private final String name;
  private final String description;
  private final long budget;
  private @Nullable UnavailableException failure;

  /** The rows that are being searched: they make no room for anything. */
  private @Nullable ResidentRows searched;

  private boolean shortOfMemory;
  private boolean closed;
  private long uploadedBytes;
  private long evictions;
  private long searches;

  /**
   * What is in use.
   *
   * @param bytes device memory taken, at most {@code budgetBytes}
   * @param budgetBytes the budget; half of the device's memory when that is less
   * @param residentRows rows that are there, of all blocks
   * @param uploadedBytes rows uploaded so far
   * @param evictions blocks whose rows made room for others so far
   * @param searches batches answered so far
   */
  public record Use(
      long bytes,
      long budgetBytes,
      long residentRows,
      long uploadedBytes,
      long evictions,
      long searches) {}

  /** Takes over the device; it is closed with this. */
  public DeviceSimilarity(Device device, DeviceOptions options) {
    this(device, options, System::nanoTime);
  }

  DeviceSimilarity(Device device, DeviceOptions options, LongSupplier nanoTime) {
    this.device = device;
    this.options = options;
    this.nanoTime = nanoTime;
    this.name = device.provider();
    this.description = device.description();
    this.budget = Math.min(options.budgetBytes(), device.memoryBytes() / 2);
    this.pass = new DevicePass(device, options, this::reserve, () -> budget - bytes());
  }

  /** The provider, as {@code NACRE_SIMILARITY} spells it. */
  public String name() {
    return name;
  }

  /** The device, its driver and its memory. */
  public String description() {
    return description;
  }

  /** Fewer rows than this are not worth a call. */
  public int rowsMin() {
    return options.rowsMin();
  }

  /** A block of which nothing is uploaded yet; whoever made it closes it. */
  public ResidentRows resident(int stride) {
    lock.lock();
    try {
      requireOpen();
      ResidentRows rows = new ResidentRows(this, stride);
      rows.used(nanoTime.getAsLong());
      resident.add(rows);
      return rows;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The rows that can be among the nearest of each query. Uploads what is missing first, as far as
   * one search may.
   *
   * @throws UnavailableException when a native call fails, or failed before
   * @throws DatabaseClosedException when this or {@code rows} was closed
   */
  public Candidates candidates(ResidentRows rows, RowSource source, Batch batch) {
    lock.lock();
    try {
      requireOpen(rows);
      searched = rows;
      rows.used(nanoTime.getAsLong());
      upload(rows, source, batch.end());
      if (Math.min(rows.rows(), batch.end()) < options.rowsMin()) {
        return Candidates.NONE;
      }
      searches++;
      return pass.candidates(rows, batch);
    } catch (ResourceExhaustedException e) {
      warnShort(e);
      return Candidates.NONE;
    } catch (UnavailableException e) {
      failure = failure == null ? e : failure;
      throw e;
    } finally {
      searched = null;
      lock.unlock();
    }
  }

  /**
   * The device's own scores of the rows that are there, for comparing with the host's; empty when
   * memory does not suffice. {@code scores[q * end + r]} is the one of query q and row r.
   */
  Optional<float[]> scores(ResidentRows rows, RowSource source, Batch batch) {
    lock.lock();
    try {
      requireOpen(rows);
      searched = rows;
      upload(rows, source, batch.end());
      return rows.rows() < batch.end() ? Optional.empty() : pass.scores(rows, batch);
    } catch (UnavailableException e) {
      failure = failure == null ? e : failure;
      throw e;
    } finally {
      searched = null;
      lock.unlock();
    }
  }

  /** What is in use. */
  public Use use() {
    lock.lock();
    try {
      return new Use(
          bytes(),
          budget,
          resident.stream().mapToLong(ResidentRows::rows).sum(),
          uploadedBytes,
          evictions,
          searches);
    } finally {
      lock.unlock();
    }
  }

  void close(ResidentRows rows) {
    lock.lock();
    try {
      if (!rows.isClosed()) {
        rows.markClosed();
        drop(rows);
        resident.remove(rows);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives everything back; waits for a search that is running. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      for (ResidentRows rows : resident) {
        rows.markClosed();
        drop(rows);
      }
      resident.clear();
      quietly(pass::free);
      closed = true;
      quietly(device::close);
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new DatabaseClosedException("the device of the search engine is closed");
    }
    if (failure != null) {
      throw new UnavailableException(
          "the device failed before and is not used again; open the database again, or choose"
              + " another similarity provider: "
              + failure.getMessage(),
          failure.details(),
          failure);
    }
  }

  private void requireOpen(ResidentRows rows) {
    requireOpen();
    if (rows.isClosed()) {
      throw new DatabaseClosedException("rows in device memory are used after they were freed");
    }
  }

  private long bytes() {
    return pass.bytes() + resident.stream().mapToLong(ResidentRows::bytes).sum();
  }

  private void upload(ResidentRows rows, RowSource source, int end) {
    int missing = end - rows.rows();
    if (missing < options.rowsMin()) {
      return;
    }
    long most = Math.max(options.uploadBytes() / rows.rowBytes(), options.rowsMin());
    int upTo = (int) Math.min(end, rows.rows() + most);
    boolean room = true;
    while (room && rows.capacity() < upTo) {
      room = grow(rows, end);
    }
    upTo = Math.min(upTo, rows.capacity());
    int from = rows.rows();
    if (from < upTo) {
      source.read(from, upTo, (floats, count) -> rows.append(device, floats, count));
      uploadedBytes += (upTo - from) * rows.rowBytes();
    }
  }

  /** Adds a chunk with room for rows up to {@code end}, and some of those to come, as may be. */
  private boolean grow(ResidentRows rows, int end) {
    long chunkBytes = Math.min(options.chunkBytes(), device.bufferBytesMax());
    long most = chunkBytes / rows.rowBytes();
    // A quarter more, so that a block that grows row by row does not end in many small chunks.
    long wanted = Math.max(end - rows.capacity(), rows.capacity() / 4);
    long count = groups(Math.min(wanted + Device.GROUP_ROWS - 1, most));
    if (count == 0) {
      return false;
    }
    // The search itself needs room, too.
    long work = pass.missingBytes(rows.capacity() + count, rows.stride());
    if (!reserve(count * rows.rowBytes() + work)) {
      long left = budget - bytes() - pass.missingBytes(rows.capacity(), rows.stride());
      count = groups(Math.min(count, left / (rows.rowBytes() + pass.bytesOfRow())));
      if (count <= 0) {
        return false;
      }
    }
    try {
      long handle = device.allocate(count * rows.rowBytes());
      rows.add(new Chunk(handle, rows.capacity(), Math.toIntExact(count)));
      return true;
    } catch (ResourceExhaustedException e) {
      warnShort(e);
      return false;
    }
  }

  private static long groups(long rows) {
    return rows & -Device.GROUP_ROWS;
  }

  /** Whether so many bytes are within the budget, after others' rows were dropped as may be. */
  private boolean reserve(long wanted) {
    long now = nanoTime.getAsLong();
    while (bytes() + wanted > budget) {
      Optional<ResidentRows> oldest =
          resident.stream()
              .filter(rows -> rows != searched && rows.capacity() > 0)
              .filter(rows -> now - rows.usedNanos() >= options.spared().toNanos())
              .min(Comparator.comparingLong(rows -> rows.usedNanos() - now));
      if (oldest.isEmpty()) {
        return false;
      }
      drop(oldest.get());
      evictions++;
    }
    return true;
  }

  private void drop(ResidentRows rows) {
    for (Chunk chunk : rows.chunks()) {
      quietly(() -> device.free(chunk.handle()));
    }
    rows.clear();
  }

  private void warnShort(ResourceExhaustedException e) {
    if (!shortOfMemory) {
      shortOfMemory = true;
      LOG.warn("Device memory is short: the host compares what does not fit ({})", description, e);
    }
  }

  /** What cannot be given back is lost with the device; it must not keep the rest from it. */
  private void quietly(Runnable release) {
    try {
      release.run();
    } catch (NacreException e) {
      LOG.warn("Device memory cannot be given back ({})", description, e);
    }
  }
}
