package dev.nacre.testing;

import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The process that is killed. It says {@code ready}, is told a directory and a seed, says {@code
 * opening} and {@code open VERSION}, commits from several threads, and appends each acknowledged
 * commit to a file in one system call, so that a kill loses none it has reported. A line on its
 * input makes it say {@code closing}, close, and end.
 */
public final class CrashChild {
  private static final int THREADS = 3;
  private static final int OUTSTANDING = 4;

  private CrashChild() {}

  /** What is under test: the store here, a database in the modules above. */
  public interface Subject extends AutoCloseable {
    /** The newest version. */
    long version();

    /** Commits {@link CrashBatches#batch} of a token. */
    CompletableFuture<Commit> commit(String token);

    @Override
    void close();
  }

  /** Opens subjects. */
  public interface Opener {
    /** Opens the subject in a directory. */
    Subject open(Path directory);

    /** Loads what would otherwise be loaded in the short life of the child. */
    void warmUp();
  }

  /** Runs the store. */
  public static void main(String[] arguments) throws Exception {
    run(new StoreOpener());
  }

  /** Runs any subject. */
  public static void run(Opener opener) throws Exception {
    opener.warmUp();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    say("ready");
    String[] order = input.readLine().split("\t", 3);
    Path directory = Path.of(order[0]);
    Path acknowledged = Path.of(order[1]);
    String life = order[2];

    say("opening");
    Subject subject = opener.open(directory);
    say("open " + subject.version());
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> threads = new ArrayList<>();
    try (FileChannel acknowledgements =
        FileChannel.open(acknowledged, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int i = 0; i < THREADS; i++) {
        String name = life + "-" + i;
        threads.add(
            Thread.ofPlatform().start(() -> commit(subject, name, running, acknowledgements)));
      }
      var _ = input.readLine();
      say("closing");
      running.set(false);
      for (Thread thread : threads) {
        thread.join();
      }
      subject.close();
    }
    say("closed");
  }

  private static void commit(
      Subject subject, String name, AtomicBoolean running, FileChannel acknowledgements) {
    Queue<Pending> pending = new ArrayDeque<>();
    try {
      for (int i = 0; running.get(); i++) {
        String token = name + "-" + i;
        pending.add(new Pending(token, subject.commit(token)));
        if (pending.size() == OUTSTANDING) {
          acknowledge(pending.remove(), acknowledgements);
        }
      }
      while (!pending.isEmpty()) {
        acknowledge(pending.remove(), acknowledgements);
      }
    } catch (RuntimeException | IOException e) {
      // Whatever fails here is a finding: end the process in a way that a kill does not.
      e.printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }

  private record Pending(String token, CompletableFuture<Commit> commit) {}

  private static void acknowledge(Pending pending, FileChannel acknowledgements)
      throws IOException {
    Commit commit = pending.commit.join();
    String line = commit.version() + "\t" + commit.committedAt() + "\t" + pending.token + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    if (acknowledgements.write(bytes) != line.length()) {
      throw new IOException("a line was written in part");
    }
  }

  static void say(String message) {
    byte[] line = (ChildJvm.MARK + message + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      new FileOutputStream(FileDescriptor.out).write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class StoreOpener implements Opener {
    @Override
    public Subject open(Path directory) {
      // The smallest memory there is: flushes happen in these short lives, too.
      return new StoreSubject(
          Store.open(
              StoreOptions.in(directory)
                  .withBlockCacheBytes(1 << 20)
                  .withWriteBufferBytes(1 << 20)));
    }

    @Override
    public void warmUp() {
      try (StoreSubject warm = new StoreSubject(Store.open(StoreOptions.inMemory()))) {
        for (int i = 0; i < 3; i++) {
          var _ = warm.commit("warm" + i).join();
        }
      }
    }
  }

  private record StoreSubject(Store store) implements Subject {
    @Override
    public long version() {
      return store.now().version();
    }

    @Override
    public CompletableFuture<Commit> commit(String token) {
      // A kill of the process takes nothing from either.
      Durability durability = token.endsWith("7") ? Durability.ASYNC : Durability.SYNC;
      return store.commit(CrashBatches.batch(token), durability, Duration.ofSeconds(30));
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
