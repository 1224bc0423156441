package dev.nacre.testing;

import dev.nacre.error.ConflictException;
import dev.nacre.faults.Shim;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupWriter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The process whose writing is journaled. It says {@code ready}, is told directories, journals and
 * seeds, one after another, and lives a life of a store in each: it opens it, commits from several
 * threads while it compacts and backs up, closes it, and opens it again.
 *
 * <p>Marks in the journal, divided by tabs: {@code open VERSION LINEAGE}; {@code ack VERSION
 * DURABILITY TIME TOKEN}, after the future has completed; {@code closed}.
 */
public final class ImageChild {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int THREADS = 3;
  private static final int OUTSTANDING = 4;

  private final Shim.Session session;
  private final Path root;
  private final Random random;
  private final String life;

  private ImageChild(Shim.Session session, Path root, Random random, String life) {
    this.session = session;
    this.root = root;
    this.random = random;
    this.life = life;
  }

  /** Takes orders: root, journal, seed, life. */
  public static void main(String[] arguments) throws Exception {
    Shim shim = Shim.loaded();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    CrashChild.say("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] order = line.split("\t", -1);
      Path root = Path.of(order[0]);
      try (Shim.Session session = shim.begin(root, Path.of(order[1]))) {
        new ImageChild(session, root, new Random(Long.parseLong(order[2])), order[3]).live();
      } catch (Exception | AssertionError e) {
        // Whatever fails here is a finding.
        e.printStackTrace();
        Runtime.getRuntime().halt(3);
      }
      CrashChild.say("lived");
    }
  }

  /** The smallest memory there is, so that there are flushes in these short lives, too. */
  static StoreOptions options(Path directory) {
    return StoreOptions.in(directory).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20);
  }

  private void live() throws Exception {
    int rounds = 1 + random.nextInt(3);
    for (int round = 0; round < rounds; round++) {
      try (Store store = Store.open(options(root.resolve("db")))) {
        session.mark("open\t" + store.now().version() + "\t" + store.lineage());
        int commits = 3 + random.nextInt(24);
        // From rounds in which nothing is forced to the disk to those in which everything is.
        int syncsInSix = random.nextInt(7);
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          String name = life + "-" + round + "-" + thread;
          long seed = random.nextLong();
          threads.add(
              CompletableFuture.runAsync(
                  () -> commit(store, name, commits, syncsInSix, new Random(seed)),
                  task -> Thread.ofPlatform().start(task)));
        }
        maintain(store);
        for (CompletableFuture<Void> thread : threads) {
          var _ = thread.join();
        }
      }
      session.mark("closed");
    }
  }

  private void maintain(Store store) {
    for (int i = random.nextInt(3); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          var _ = store.compact();
        }
        case 2 -> store.ensureDurable(store.now().version());
        default -> {
          var _ =
              BackupWriter.run(
                  store, BackupRequest.to(root.resolve("backups")), Clock.systemUTC(), () -> false);
        }
      }
    }
  }

  private void commit(Store store, String name, int commits, int syncsInSix, Random chance) {
    Queue<CompletableFuture<Void>> pending = new ArrayDeque<>();
    for (int i = 0; i < commits; i++) {
      String token = name + "-" + i;
      if (chance.nextInt(4) == 0) {
        token = conditional(store, token, chance);
      }
      Durability durability = chance.nextInt(6) < syncsInSix ? Durability.SYNC : Durability.ASYNC;
      CompletableFuture<Void> acknowledged = commit(store, token, durability);
      if (ImageBatches.isRepeatable(token) && chance.nextBoolean()) {
        String again = token;
        acknowledged = acknowledged.thenCompose(_ -> commit(store, again, durability));
      }
      pending.add(acknowledged);
      if (pending.size() == OUTSTANDING) {
        var _ = pending.remove().join();
      }
    }
    pending.forEach(CompletableFuture::join);
  }

  private static String conditional(Store store, String token, Random chance) {
    int key = chance.nextInt(ImageBatches.KEYS.size());
    long version =
        store
            .get(store.now(), "left", ImageBatches.KEYS.get(key), Set.of())
            .map(VersionedRecord::version)
            .orElse(0L);
    return ImageBatches.conditional(token, key, version);
  }

  /** Completes when the commit is acknowledged and the journal says so, or a condition failed. */
  private CompletableFuture<Void> commit(Store store, String token, Durability durability) {
    WriteBatch batch = ImageBatches.batch(token);
    return store
        .commit(batch, durability, TIMEOUT)
        .handle(
            (Commit commit, Throwable failure) -> {
              if (failure == null) {
                session.mark(
                    "ack\t"
                        + commit.version()
                        + "\t"
                        + durability
                        + "\t"
                        + commit.committedAt()
                        + "\t"
                        + token);
              } else if (!(failure instanceof ConflictException)) {
                throw new CompletionException(failure);
              }
              return null;
            });
  }
}
