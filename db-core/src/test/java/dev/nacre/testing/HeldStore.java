package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store in a directory whose writes a test holds and fails. */
abstract class HeldStore {
  static final Duration LONG = Duration.ofSeconds(30);
  static final int QUEUE_BYTES = 1 << 16;

  @TempDir Path directory;
  final GatedProbe probe = new GatedProbe();
  Store store = Store.open(StoreOptions.inMemory());

  @BeforeEach
  void open() {
    store.close();
    store = reopened();
  }

  Store reopened() {
    return Store.open(
        StoreOptions.in(directory.resolve("db")).withProbe(probe).withQueueBytes(QUEUE_BYTES));
  }

  @AfterEach
  void close() {
    probe.release();
    store.close();
  }

  /** Submits a commit and waits until its write is held. */
  CompletableFuture<Commit> stall() {
    probe.holdWrites();
    int before = probe.writesHeld();
    CompletableFuture<Commit> stalled = put("first");
    await().until(() -> probe.writesHeld() > before);
    return stalled;
  }

  CompletableFuture<Commit> put(String key) {
    return store.commit(batch(key), Durability.ASYNC, LONG);
  }

  CompletableFuture<Commit> putIfAbsent(String key) {
    Write write =
        new Write.Upsert(
            "ns",
            key,
            Value.json("1"),
            null,
            List.of(),
            Write.Expiry.Unchanged.UNCHANGED,
            WriteCondition.ifAbsent());
    return store.commit(WriteBatch.of(write), Durability.ASYNC, LONG);
  }

  static WriteBatch batch(String key) {
    return WriteBatch.builder().put("ns", key, Value.json("\"" + key + "\"")).build();
  }

  @CanIgnoreReturnValue
  static <E extends Exception> E cause(CompletableFuture<Commit> future, Class<E> type) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> future.get(10, SECONDS));
    return assertInstanceOf(type, failure.getCause());
  }
}
