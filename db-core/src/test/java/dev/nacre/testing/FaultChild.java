package dev.nacre.testing;

import static org.awaitility.Awaitility.await;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.faults.Shim;
import dev.nacre.faults.Shim.Fault;
import dev.nacre.faults.Shim.Kind;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The process whose storage fails. Each order is a life of a store, on a thread of its own, in
 * which one call of one kind meets one fault: it opens, commits, compacts and closes it several
 * times, and goes on after the fault as an application would.
 *
 * <p>It says {@code lived NAME COUNTS} after each life, COUNTS of calls by kind and of faults met,
 * and leaves a file of what became of every commit; or {@code failed NAME} with the reason in that
 * file.
 */
public final class FaultChild {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int ROUNDS = 3;
  private static final int COMMITS = 9;
  private static final int OPENINGS_MAX = 3;

  private final Shim.Session session;
  private final Path directory;
  private final boolean creating;
  private final List<String> outcomes = new ArrayList<>();

  private FaultChild(Shim.Session session, Path directory, boolean creating) {
    this.session = session;
    this.directory = directory;
    this.creating = creating;
  }

  /** Takes orders: name, root, kind or nothing, place, fault. */
  public static void main(String[] arguments) throws Exception {
    Shim shim = Shim.loaded();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ChildJvm.say("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] order = line.split("\t", -1);
      Thread _ = Thread.ofPlatform().daemon().start(() -> live(shim, order));
    }
  }

  private static void live(Shim shim, String[] order) {
    Path root = Path.of(order[1]);
    Path told = root.resolveSibling(root.getFileName() + ".told");
    try (Shim.Session session = shim.begin(root, null)) {
      if (order[2].isEmpty()) {
        session.disarm();
      } else {
        session.arm(Kind.valueOf(order[2]), Long.parseLong(order[3]), Fault.valueOf(order[4]));
      }
      FaultChild child =
          new FaultChild(session, root.resolve("db"), order[2].equals(Kind.OPEN.name()));
      child.live(order[0]);
      Files.write(told, child.outcomes);
      StringBuilder counts = new StringBuilder();
      for (Kind kind : Kind.values()) {
        counts.append('\t').append(session.seen(kind));
      }
      ChildJvm.say("lived\t" + order[0] + counts + "\t" + session.fired());
    } catch (Throwable e) {
      report(told, order[0], e);
    }
  }

  private static void report(Path told, String name, Throwable failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure));
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      text.append("\ncaused by ").append(cause);
      for (StackTraceElement element : cause.getStackTrace()) {
        text.append("\n\tat ").append(element);
      }
    }
    if (failure instanceof TimeoutException) {
      Thread.getAllStackTraces()
          .forEach(
              (thread, stack) -> {
                text.append("\nthread ").append(thread);
                for (StackTraceElement element : stack) {
                  text.append("\n\tat ").append(element);
                }
              });
    }
    try {
      Files.writeString(told, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ChildJvm.say("failed\t" + name);
  }

  private void live(String name) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Store store = open();
      try {
        commit(store, name + "-" + round);
      } finally {
        // Closing waits for what is under way, and must end.
        var _ =
            inTime(
                () -> {
                  store.close();
                  return "";
                });
      }
    }
  }

  /** A fault is met once, so opening again must succeed; more often it may be met in vain. */
  private Store open() throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return inTime(() -> Store.open(ImageChild.options(directory)));
      } catch (NacreException e) {
        if (attempt == OPENINGS_MAX || session.fired() == 0) {
          throw e;
        }
      }
    }
  }

  private void commit(Store store, String name) throws Exception {
    for (int i = 0; i < COMMITS; i++) {
      String token = name + "-" + i;
      Durability durability = i % 3 == 1 ? Durability.ASYNC : Durability.SYNC;
      NacreException refusal = commit(store, token, durability);
      if (i == COMMITS / 2) {
        compact(store);
      }
      if (refusal instanceof ResourceExhaustedException) {
        if (!waitForRoom(store, token)) {
          return;
        }
      } else if (refusal != null) {
        // Reads go on; the rest of this life is a new opening.
        var _ = read(store);
        return;
      }
      outcomes.add("read\t" + read(store));
    }
  }

  /**
   * Whether the store went on by itself. When no file can be created it is known not to, sometimes:
   * RocksDB does not look again after it could not begin a log file.
   */
  private boolean waitForRoom(Store store, String token) throws Exception {
    AtomicInteger attempt = new AtomicInteger();
    try {
      await()
          .atMost(creating ? PATIENCE.dividedBy(4) : PATIENCE)
          .until(() -> goesOn(store, token + "-again" + attempt.incrementAndGet()));
      return true;
    } catch (ConditionTimeoutException e) {
      if (!creating) {
        throw e;
      }
      outcomes.add("stuck\t" + read(store));
      return false;
    }
  }

  private boolean goesOn(Store store, String token) throws Exception {
    NacreException refusal = commit(store, token, Durability.SYNC);
    if (refusal != null && !(refusal instanceof ResourceExhaustedException)) {
      throw refusal;
    }
    return refusal == null;
  }

  private static void compact(Store store) throws Exception {
    try {
      var _ = inTime(store::compact);
    } catch (NacreException _) {
      // The next commit says whether writing goes on.
    }
  }

  /** Reads every record there is; the newest version that was found. */
  private static long read(Store store) throws Exception {
    return inTime(
        () -> {
          long newest = store.commitInfo(store.now().version()).orElseThrow().version();
          for (String namespace : OracleWorkload.NAMESPACES) {
            for (VersionedRecord record : store.scan(ScanRequest.of(namespace)).items()) {
              newest = Math.max(newest, record.version());
            }
          }
          return newest;
        });
  }

  /** Null when it was acknowledged; anything that is not of our types fails the life. */
  private @Nullable NacreException commit(Store store, String token, Durability durability)
      throws Exception {
    try {
      Commit commit =
          store
              .commit(OracleWorkload.batch(token), durability, PATIENCE)
              .get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
      outcomes.add("acknowledged\t" + commit.version() + "\t" + token);
      return null;
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof NacreException refusal)) {
        throw e;
      }
      Map<String, String> details = refusal.details();
      outcomes.add(
          details.getOrDefault("outcome", "unsaid") + "\t" + refusal.code() + "\t" + token);
      return refusal;
    }
  }

  private interface Work<T> {
    T run() throws Exception;
  }

  /** A result within a bounded time; a failure is thrown as it is. */
  private static <T> T inTime(Work<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    result.complete(work.run());
                  } catch (Throwable e) {
                    result.completeExceptionally(e);
                  }
                });
    try {
      return result.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception failure ? failure : e;
    }
  }
}
