package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Closing where it would wait for itself is refused; closing that fails is still closing. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CloseFromCallbackTest {
  private static final Embedding VECTOR = Embedding.of(1, 0, 0);

  @TempDir Path work;

  static Stream<BiConsumer<Store, Runnable>> readsWithCallback() {
    return Stream.of(
        (store, callback) -> store.readLog(1, 0, 1, _ -> callback.run()),
        (store, callback) ->
            store.scanVectors(
                1,
                1,
                VECTOR.space(),
                (_, _, _) -> {
                  callback.run();
                  return false;
                }),
        (store, callback) ->
            store.scanMetadata(
                store.now(),
                "ns",
                (_, _) -> {
                  callback.run();
                  return false;
                }));
  }

  @ParameterizedTest
  @MethodSource("readsWithCallback")
  void close_inASink_isRefusedAndTheStoreGoesOn(BiConsumer<Store, Runnable> read) {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      assertEquals(1, write(store).join().version());
      read.accept(store, () -> assertThrows(IllegalStateException.class, store::close));
      // A read within a callback does not make closing there possible either.
      read.accept(
          store,
          () -> {
            store.readLog(1, 0, 1, _ -> {});
            assertThrows(IllegalStateException.class, store::close);
          });
      assertEquals(2, write(store).join().version());
    }
  }

  @Test
  void close_inAListener_isRefusedAndTheStoreGoesOn() throws Exception {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      BlockingQueue<RuntimeException> refusals = new LinkedBlockingQueue<>();
      Runnable close = store::close;
      store.onPublish(
          _ -> {
            try {
              close.run();
            } catch (RuntimeException e) {
              refusals.add(e);
            }
          });
      assertEquals(1, write(store).join().version());
      assertInstanceOf(IllegalStateException.class, refusals.poll(10, TimeUnit.SECONDS));
      assertEquals(2, write(store).join().version());
    }
  }

  @Test
  void close_inACompletion_closes() {
    Store store = Store.open(StoreOptions.inMemory());
    write(store).thenRun(store::close).join();
    assertThrows(DatabaseClosedException.class, store::now);
  }

  @Test
  void close_thatFails_isNotRepeatedOnWhatIsGone() throws Exception {
    Store store = Store.open(work.resolve("db"));
    assertEquals(1, write(store).join().version());
    Path owner = work.resolve("db").resolve("OWNER");
    Files.delete(owner);
    Files.createDirectories(owner.resolve("cannot be deleted"));
    assertThrows(UnavailableException.class, store::close);
    store.close();
    assertThrows(DatabaseClosedException.class, store::now);
    TestDirectories.delete(owner);
    try (Store reopened = Store.open(work.resolve("db"))) {
      assertEquals(1, reopened.now().version());
    }
  }

  private static CompletableFuture<Commit> write(Store store) {
    WriteBatch batch =
        WriteBatch.builder().put("ns", "k", Value.json("1"), Metadata.of("a", 1), VECTOR).build();
    return store.commit(batch, Durability.SYNC, Duration.ofSeconds(10));
  }
}
