package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.diff.DiffRequest;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.MetadataSink;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.VectorIntervalSink;
import dev.nacre.store.VectorSink;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After close every call is refused by type, and closing under load never reaches native code that
 * is gone.
 */
class UseAfterCloseTest {
  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.ofEntries(
          Map.entry(AsOf.class, AsOf.version(1)),
          Map.entry(WriteBatch.class, WriteBatch.builder().put("ns", "k", Value.json("1")).build()),
          Map.entry(Durability.class, Durability.SYNC),
          Map.entry(Duration.class, Duration.ofSeconds(1)),
          Map.entry(ReadPoint.class, new ReadPoint(1, Instant.EPOCH, "")),
          Map.entry(String.class, "ns"),
          Map.entry(Set.class, Set.of("default")),
          Map.entry(List.class, List.of("k")),
          Map.entry(ScanRequest.class, ScanRequest.of("ns")),
          Map.entry(DiffRequest.class, DiffRequest.of("ns", AsOf.version(0), AsOf.version(1))),
          Map.entry(WatchRequest.class, WatchRequest.of("ns")),
          Map.entry(FeedPosition.class, FeedPosition.after(0)),
          Map.entry(HistoryRequest.class, HistoryRequest.of("ns", "k")),
          Map.entry(BooleanSupplier.class, (BooleanSupplier) () -> false),
          Map.entry(int.class, 1),
          Map.entry(long.class, 1L),
          Map.entry(EmbeddingSpace.class, EmbeddingSpace.of(3)),
          Map.entry(Consumer.class, (Consumer<Object>) _ -> {}),
          Map.entry(IntConsumer.class, (IntConsumer) _ -> {}),
          Map.entry(PurgeRequest.class, PurgeRequest.key("ns", "k")),
          Map.entry(Path.class, Path.of("target", "never-made")),
          Map.entry(LongConsumer.class, (LongConsumer) _ -> {}),
          Map.entry(LongPredicate.class, (LongPredicate) _ -> true),
          Map.entry(VectorSink.class, (VectorSink) (_, _, _) -> true),
          Map.entry(VectorIntervalSink.class, (VectorIntervalSink) (_, _, _, _) -> true),
          Map.entry(MetadataSink.class, (MetadataSink) (_, _) -> true));

  @TempDir Path work;

  static Stream<Method> everyMethod() {
    return Arrays.stream(Store.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        // A step is told to the probe, which is no part of what was closed.
        .filter(method -> !List.of("close", "reached").contains(method.getName()));
  }

  @ParameterizedTest
  @MethodSource("everyMethod")
  void everyCall_afterClose_isRefused(Method method) throws Exception {
    Store store = Store.open(StoreOptions.inMemory());
    WriteBatch batch = WriteBatch.builder().put("ns", "k", Value.json("1")).build();
    assertEquals(1, store.commit(batch, Durability.ASYNC, Duration.ofSeconds(9)).get().version());
    store.close();
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(UseAfterCloseTest::argument).toArray();
    if (method.getReturnType() == CompletableFuture.class) {
      CompletableFuture<?> future = (CompletableFuture<?>) method.invoke(store, arguments);
      ExecutionException failure = assertThrows(ExecutionException.class, future::get);
      assertInstanceOf(DatabaseClosedException.class, failure.getCause());
    } else {
      InvocationTargetException failure =
          assertThrows(
              InvocationTargetException.class,
              () -> method.invoke(store, arguments),
              method::getName);
      assertInstanceOf(DatabaseClosedException.class, failure.getCause());
    }
  }

  @Test
  void close_again_doesNothing() {
    Store store = Store.open(StoreOptions.inMemory());
    store.close();
    store.close();
    assertThrows(DatabaseClosedException.class, store::now);
  }

  @Test
  void close_underLoad_neverCrashesTheProcess() throws Exception {
    try (ChildJvm child = ChildJvm.start(CloseUnderLoad.class, work, "20")) {
      child.awaitSuccess(Duration.ofSeconds(60));
    }
  }

  private static Object argument(Class<?> type) {
    Object argument = ARGUMENTS.get(type);
    if (argument == null) {
      throw new AssertionError("say what to call a method with that takes " + type);
    }
    return argument;
  }
}
