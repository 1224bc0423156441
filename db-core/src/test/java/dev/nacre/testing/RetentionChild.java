package dev.nacre.testing;

import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The process that is killed while its sweeper works all the time. */
public final class RetentionChild {
  /** Keys that take turns in each namespace. */
  static final int KEYS = 20;

  /** Namespaces with a retention each. */
  static final List<String> NAMESPACES = List.of("timed", "last", "all");

  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(8);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private RetentionChild() {}

  /** Goes on after the number given; says {@code done N} for what was acknowledged. */
  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    long number = Long.parseLong(arguments[1]);
    StoreOptions options =
        StoreOptions.in(directory)
            .withBlockCacheBytes(1 << 20)
            .withWriteBufferBytes(1 << 20)
            .withSweeping(new Sweeping(Duration.ofMillis(3), Duration.ofMillis(2)));
    try (Store store = Store.open(options)) {
      if (number == 0) {
        configure(store, "timed", Retention.duration(Duration.ofMillis(5)));
        configure(store, "last", Retention.lastVersions(2));
      }
      System.out.println(ChildJvm.MARK + "open");
      while (true) {
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 50; i++) {
          last = store.commit(batch(++number), Durability.ASYNC, TIMEOUT);
        }
        last.join();
        System.out.println(ChildJvm.MARK + "done " + number);
      }
    }
  }

  private static void configure(Store store, String namespace, Retention retention) {
    var _ =
        store
            .commit(
                WriteBatch.of(
                    new Write.Configure(
                        namespace, NamespaceOptions.DEFAULT.withRetention(retention))),
                Durability.ASYNC,
                TIMEOUT)
            .join();
  }

  /** Each namespace gets the number under one key; a passing namespace comes and goes. */
  private static WriteBatch batch(long number) {
    List<Write> writes = new ArrayList<>();
    for (String namespace : NAMESPACES) {
      writes.add(put(namespace, "k" + number % KEYS, number, Write.Expiry.Unchanged.UNCHANGED));
      writes.add(
          put(
              namespace,
              "ttl" + number % 100,
              number,
              new Write.Expiry.After(Duration.ofMillis(1 + number % 5))));
    }
    if (number % 100 == 0) {
      writes.add(new Write.DeleteNamespace("passing"));
    } else if (number % 100 == 1) {
      writes.add(
          new Write.Configure(
              "passing",
              NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofMillis(1)))));
    } else {
      writes.add(put("passing", "k" + number % 10, number, Write.Expiry.Unchanged.UNCHANGED));
    }
    return WriteBatch.of(writes, dev.nacre.model.CommitAttributes.NONE);
  }

  private static Write put(String namespace, String key, long number, Write.Expiry expiry) {
    return new Write.Upsert(
        namespace,
        key,
        Value.json("" + number),
        null,
        List.of(Embedding.of(SPACE, new float[] {number, 1, 2, 3, 4, 5, 6, 7})),
        expiry,
        WriteCondition.none());
  }
}
