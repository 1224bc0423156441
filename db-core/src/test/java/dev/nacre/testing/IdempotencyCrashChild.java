package dev.nacre.testing;

import dev.nacre.error.ConflictException;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process that is killed and retries. Each of its threads counts: number n is committed under an
 * idempotency key of its own, and the thread goes on when it is acknowledged. After a kill it
 * cannot know what has become of the last number, so it retries it with the same key, and some
 * before it, too. Speaks the protocol of {@link CrashChild}.
 *
 * <p>Even numbers are a plain batch: {@code numbers/THREAD-n} holds the life that wrote it first.
 * Odd ones are a transaction that also adds one to {@code counters/THREAD}.
 */
public final class IdempotencyCrashChild {
  /** Where each number has its record. */
  public static final String NUMBERS = "numbers";

  /** Where each thread has its counter. */
  public static final String COUNTERS = "counters";

  /** How many threads count. */
  public static final int THREADS = 3;

  private static final int RETRIED = 3;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Store store;
  private final Map<String, String> acknowledged;
  private final FileChannel acknowledgements;
  private final AtomicBoolean running = new AtomicBoolean(true);

  private IdempotencyCrashChild(
      Store store, Map<String, String> acknowledged, FileChannel acknowledgements) {
    this.store = store;
    this.acknowledged = acknowledged;
    this.acknowledgements = acknowledgements;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    try (Store warm = Store.open(StoreOptions.inMemory())) {
      var _ = commit(warm, 0, 1);
    }
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    CrashChild.say("ready");
    String[] order = input.readLine().split("\t", 3);
    Path reported = Path.of(order[1]);
    CrashChild.say("opening");
    Map<String, String> before = new HashMap<>();
    if (Files.exists(reported)) {
      for (String line : Files.readAllLines(reported, StandardCharsets.UTF_8)) {
        String[] fields = line.split("\t", -1);
        before.put(fields[2], fields[0] + "\t" + fields[1]);
      }
    }
    Store store =
        Store.open(
            StoreOptions.in(Path.of(order[0]))
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20));
    CrashChild.say("open " + store.now().version());
    try (FileChannel acknowledgements =
        FileChannel.open(reported, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      IdempotencyCrashChild child = new IdempotencyCrashChild(store, before, acknowledgements);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int name = i;
        threads.add(Thread.ofPlatform().start(() -> child.count(name)));
      }
      var _ = input.readLine();
      CrashChild.say("closing");
      child.running.set(false);
      for (Thread thread : threads) {
        thread.join();
      }
      store.close();
    }
    CrashChild.say("closed");
  }

  private void count(int thread) {
    try {
      int next = 0;
      while (acknowledged.containsKey(thread + "-" + next)) {
        next++;
      }
      for (int n = Math.max(0, next - RETRIED); running.get(); n++) {
        String token = thread + "-" + n;
        Commit commit = commit(store, thread, n);
        String answer = commit.version() + "\t" + commit.committedAt();
        String before = acknowledged.get(token);
        if (before == null) {
          acknowledge(answer + "\t" + token + "\n");
        } else if (!before.equals(answer)) {
          throw new IllegalStateException(token + " was " + before + " and is now " + answer);
        }
      }
    } catch (RuntimeException | IOException e) {
      // Whatever fails here is a finding: end the process in a way that a kill does not.
      e.printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }

  private void acknowledge(String line) throws IOException {
    if (acknowledgements.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)))
        != line.length()) {
      throw new IOException("a line was written in part");
    }
  }

  private static Commit commit(Store store, int thread, int n) {
    String token = thread + "-" + n;
    CommitAttributes named = CommitAttributes.NONE.withIdempotencyKey(token);
    // A kill of the process takes nothing from either.
    Durability durability = n % 5 == 0 ? Durability.ASYNC : Durability.SYNC;
    while (true) {
      WriteBatch.Builder batch =
          WriteBatch.builder().attributes(named).put(NUMBERS, token, Value.text(token));
      ReadPoint at = store.now();
      try {
        if (n % 2 == 0) {
          return store.commit(batch.build(), durability, LONG).join();
        }
        String key = Integer.toString(thread);
        Optional<VersionedRecord> counter = store.get(at, COUNTERS, key, Set.of());
        int count =
            counter
                .map(record -> Integer.parseInt(record.value().orElseThrow().asString()))
                .orElse(0);
        WriteBatch counted =
            batch
                .put(COUNTERS, key, Value.text(Integer.toString(count + 1)))
                .build()
                .withCheck(new SnapshotCheck(at, List.of()));
        return store.commit(counted, durability, LONG).join();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof ConflictException)) {
          throw e;
        }
      }
    }
  }
}
