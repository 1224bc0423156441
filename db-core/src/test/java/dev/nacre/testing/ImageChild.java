package dev.nacre.testing;

import dev.nacre.error.ConflictException;
import dev.nacre.error.NacreException;
import dev.nacre.faults.Shim;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.maintain.BackupWriter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 * threads while it sweeps, purges, compacts and backs up, closes it, and opens it again.
 *
 * <p>Marks in the journal, divided by tabs: {@code open VERSION LINEAGE}; {@code ack VERSION
 * DURABILITY TIME TOKEN}, after the future has completed; {@code closed}.
 */
public final class ImageChild {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofMillis(2);
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
    run(ImageViews.NONE);
  }

  /** The same with views beside the store. */
  public static void run(ImageViews views) throws Exception {
    Shim shim = Shim.loaded();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ChildJvm.say("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] order = line.split("\t", -1);
      Path root = Path.of(order[0]);
      try (Shim.Session session = shim.begin(root, Path.of(order[1]))) {
        new ImageChild(session, root, new Random(Long.parseLong(order[2])), order[3]).live(views);
      } catch (Exception | AssertionError e) {
        // Whatever fails here is a finding.
        e.printStackTrace();
        Runtime.getRuntime().halt(3);
      }
      ChildJvm.say("lived");
    }
  }

  /** The smallest memory there is, so that there are flushes in these short lives, too. */
  static StoreOptions options(Path directory) {
    return StoreOptions.in(directory)
        .withBlockCacheBytes(1 << 20)
        .withWriteBufferBytes(1 << 20)
        .withSweeping(new Sweeping(Duration.ZERO, GRACE));
  }

  private void live(ImageViews views) throws Exception {
    int rounds = 1 + random.nextInt(3);
    for (int round = 0; round < rounds; round++) {
      StoreOptions options =
          options(root.resolve("db")).withSweeping(new Sweeping(Duration.ofMillis(4), GRACE));
      try (Store store = Store.open(options);
          AutoCloseable _ = views.follow(store, new Random(random.nextLong()))) {
        session.mark("open\t" + store.now().version() + "\t" + store.lineage());
        int commits = 3 + random.nextInt(24);
        if (random.nextInt(5) == 0) {
          // A sync fails: its pages are gone or not, and the next power cut tells.
          session.arm(Shim.Kind.SYNC, 1 + random.nextInt(20), Shim.Fault.IO_ERROR);
        }
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
        try {
          maintain(store, life + "-" + round + "-m");
        } catch (NacreException e) {
          if (session.fired() == 0) {
            throw e;
          }
        }
        for (CompletableFuture<Void> thread : threads) {
          var _ = thread.join();
        }
      }
      if (session.fired() == 0) {
        session.mark("closed");
      }
      session.disarm();
    }
  }

  private void maintain(Store store, String name) {
    if (store.hasPendingPurge() && random.nextBoolean()) {
      store.resumePurges(_ -> {});
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(6)) {
        case 0 -> {
          var _ = store.compact();
        }
        case 1 -> store.ensureDurable(store.now().version());
        case 2 -> {
          var _ =
              BackupWriter.run(
                  store, BackupRequest.to(root.resolve("backups")), Clock.systemUTC(), () -> false);
        }
        case 3, 4 -> purge(store, OracleWorkload.purging(name + i, random));
        default -> {
          var _ = store.sweep(() -> false);
        }
      }
    }
  }

  private void purge(Store store, String token) {
    PurgeRecord purged = store.purge(OracleWorkload.purge(token), _ -> {});
    acknowledged(purged.version(), Durability.SYNC, purged.committedAt(), token);
  }

  private void commit(Store store, String name, int commits, int syncsInSix, Random chance) {
    Queue<CompletableFuture<Void>> pending = new ArrayDeque<>();
    for (int i = 0; i < commits; i++) {
      String token = name + "-" + i;
      WriteBatch batch;
      if (chance.nextInt(6) == 0) {
        token = OracleWorkload.adding(token);
        batch = adding(store, token);
      } else {
        token = chance.nextInt(4) == 0 ? conditional(store, token, chance) : token;
        batch = OracleWorkload.batch(token);
      }
      Durability durability = chance.nextInt(6) < syncsInSix ? Durability.SYNC : Durability.ASYNC;
      CompletableFuture<Void> acknowledged = commit(store, batch, token, durability);
      if (OracleWorkload.isRepeatable(token) && chance.nextBoolean()) {
        String again = token;
        acknowledged = acknowledged.thenCompose(_ -> commit(store, batch, again, durability));
      }
      pending.add(acknowledged);
      if (pending.size() == OUTSTANDING) {
        var _ = pending.remove().join();
      }
    }
    pending.forEach(CompletableFuture::join);
  }

  /** Adds to what is there now; refused when that changes meanwhile. */
  private static WriteBatch adding(Store store, String token) {
    ReadPoint at = store.now();
    return OracleWorkload.added(
            token,
            key ->
                store
                    .get(at, OracleWorkload.COUNTERS, key, Set.of())
                    .map(counter -> Long.parseLong(counter.value().orElseThrow().asString()))
                    .orElse(0L))
        .withCheck(new SnapshotCheck(at, List.of()));
  }

  private static String conditional(Store store, String token, Random chance) {
    int key = chance.nextInt(OracleWorkload.KEYS.size());
    long version =
        store
            .get(store.now(), OracleWorkload.KEPT, OracleWorkload.KEYS.get(key), Set.of())
            .map(VersionedRecord::version)
            .orElse(0L);
    return OracleWorkload.conditional(token, key, version);
  }

  /** Completes when the commit is acknowledged and the journal says so, or a condition failed. */
  private CompletableFuture<Void> commit(
      Store store, WriteBatch batch, String token, Durability durability) {
    return store
        .commit(batch, durability, TIMEOUT)
        .handle(
            (Commit commit, Throwable failure) -> {
              if (failure == null) {
                acknowledged(commit.version(), durability, commit.committedAt(), token);
              } else if (!(failure instanceof ConflictException)
                  && !(failure instanceof NacreException && session.fired() > 0)) {
                throw new CompletionException(failure);
              }
              return null;
            });
  }

  private void acknowledged(long version, Durability durability, Instant at, String token) {
    session.mark("ack\t" + version + "\t" + durability + "\t" + at + "\t" + token);
  }
}
