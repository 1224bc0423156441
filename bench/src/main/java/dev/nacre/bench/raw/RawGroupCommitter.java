package dev.nacre.bench.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Group commit in its plainest form: one thread takes everything that waits into one batch, writes
 * it with one fsync if somebody waits for that, and completes the futures. Thread-safe.
 */
public final class RawGroupCommitter implements AutoCloseable {
  private final RawStore store;
  private final LinkedBlockingQueue<Put> queue = new LinkedBlockingQueue<>();
  private final Thread thread = Thread.ofPlatform().name("raw-committer").unstarted(this::run);

  @SuppressWarnings("ArrayRecordComponent") // Handed to RocksDB as they are; only END is compared.
  private record Put(byte[][] keys, byte[][] values, boolean forced, CompletableFuture<Void> done) {
    static final Put END = new Put(new byte[0][], new byte[0][], false, new CompletableFuture<>());
  }

  /** Commits to {@code store} until it is closed. */
  public RawGroupCommitter(RawStore store) {
    this.store = store;
    thread.start();
  }

  /** Puts one value; completes when it is on stable storage if {@code forced}, or written. */
  public CompletableFuture<Void> put(byte[] key, byte[] value, boolean forced) {
    return put(new byte[][] {key}, new byte[][] {value}, forced);
  }

  /** Puts values together. */
  public CompletableFuture<Void> put(byte[][] keys, byte[][] values, boolean forced) {
    Put put = new Put(keys, values, forced, new CompletableFuture<>());
    queue.add(put);
    return put.done;
  }

  private void run() {
    List<Put> group = new ArrayList<>();
    try {
      boolean end = false;
      while (!end) {
        group.add(queue.take());
        queue.drainTo(group);
        end = group.getLast().equals(Put.END);
        if (end) {
          group.removeLast();
        }
        write(group);
        group.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Put> group) {
    try (WriteBatch batch = new WriteBatch()) {
      boolean forced = false;
      for (Put put : group) {
        for (int i = 0; i < put.keys.length; i++) {
          batch.put(store.head(), put.keys[i], put.values[i]);
        }
        forced |= put.forced;
      }
      store.write(batch, forced);
      group.forEach(put -> put.done.complete(null));
    } catch (RocksDBException e) {
      group.forEach(put -> put.done.completeExceptionally(e));
    }
  }

  /** Ends the thread after what was accepted. Nothing is put any more. */
  @Override
  public void close() {
    queue.add(Put.END);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // The store is closed next: not under a thread that writes to it.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
