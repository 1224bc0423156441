package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.faults.Disk;
import dev.nacre.faults.Journal;
import dev.nacre.faults.Journal.Entry;
import dev.nacre.faults.Journal.Operation;
import dev.nacre.faults.Shim;
import dev.nacre.testing.ImageReference.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has a child live journaled lives, makes images of what power cuts leave of each, and checks them.
 * A life begins where an earlier power cut has left off, or anew. For one thread.
 *
 * <p>An image that fails is kept as it was before it was opened, with the journal as text.
 */
public final class ImageRun implements AutoCloseable {
  private static final int GENERATIONS_MAX = 4;
  private static final int EVERYTHING_EVERY = 20;
  private static final Set<Operation> DECISIVE =
      EnumSet.of(
          Operation.SYNC,
          Operation.SYNCED,
          Operation.RENAME,
          Operation.LINK,
          Operation.UNLINK,
          Operation.CREATE,
          Operation.MARK);

  private final Path work;
  private final Path keptImages;
  private final ImageViews views;
  private final ChildJvm child;
  private final ExecutorService checkers;
  private final Map<Operation, Integer> operations = new EnumMap<>(Operation.class);
  private final Queue<Check> checks = new ArrayDeque<>();
  private @Nullable Base base;
  private int generation;
  private int images;
  private int shortened;
  private long acknowledged;

  /** An image that is being checked. */
  private record Check(Known known, Future<Long> left) {}

  /** What the next life begins with: the version in it is known once it is checked. */
  private record Base(Path root, Future<Long> version) {}

  /**
   * A run.
   *
   * @param work an empty directory, best in memory
   * @param keptImages where images that fail are kept
   * @param checkers so many are checked at once
   */
  ImageRun(Path work, Path keptImages, int checkers) throws IOException {
    this(work, keptImages, checkers, ImageChild.class, ImageViews.NONE);
  }

  /**
   * The same with views beside the store.
   *
   * @param main the main class of the child
   * @param views that it uses
   */
  public ImageRun(Path work, Path keptImages, int checkers, Class<?> main, ImageViews views)
      throws IOException {
    this.views = views;
    this.work = work;
    this.keptImages = keptImages;
    Path library = Shim.build(work);
    this.child = ChildJvm.start(main, work, Shim.environment(library));
    this.checkers = Executors.newFixedThreadPool(checkers);
    child.expect("ready");
  }

  /** A life from a seed and so many images of it, which may still be checked when this returns. */
  public void live(long seed, int count) throws Exception {
    Random random = new Random(seed);
    Path root = work.resolve("root");
    long version = begin(root, random);
    Disk disk = Disk.of(root, seed);
    Disk complete = Disk.of(root, seed);
    Path journal = work.resolve("journal");
    String life = "g" + generation + "s" + Long.toHexString(seed);
    child.send(root + "\t" + journal + "\t" + random.nextLong() + "\t" + life);
    child.expect("lived");
    List<Entry> entries = Journal.read(journal);
    checkComplete(complete, entries, root);
    ImageReference reference = ImageReference.read(root.resolve("db"), views);
    TestDirectories.delete(root);
    awaitChecks();

    Knowledge knowledge = new Knowledge(reference, version);
    int[] cuts = cuts(entries, count, random);
    int next = 0;
    int nextBase = random.nextInt(count);
    for (int i = 0; i < count; i++) {
      for (; next < cuts[i]; next++) {
        disk.apply(entries.get(next));
        knowledge.follow(entries.get(next));
      }
      long imageSeed = seed * 1_000_003 + i;
      Path image = Files.createDirectory(work.resolve("image" + images));
      disk.writeAfterPowerCut(image, new Random(imageSeed));
      startAnew(image.resolve("db"));
      Path copy = null;
      if (i == nextBase) {
        copy = work.resolve("base" + images);
        TestDirectories.copy(image, copy);
      }
      boolean everything = images++ % EVERYTHING_EVERY == 0;
      Known known = knowledge.known();
      Future<Long> left =
          checkers.submit(() -> check(image, reference, known, imageSeed, everything, journal));
      checks.add(new Check(known, left));
      if (copy != null) {
        base = new Base(copy, left);
      }
    }
    acknowledged += knowledge.acknowledged;
  }

  /** After a power cut the system has started anew, and the owner's process is not there. */
  private static void startAnew(Path directory) throws IOException {
    Path owner = directory.resolve("OWNER");
    if (Files.exists(owner)) {
      String text = Files.readString(owner);
      Files.writeString(
          owner,
          text.replaceAll("boot=\\S+", "boot=an-earlier-one")
              .replaceAll("pid=\\d+", "pid=" + Integer.MAX_VALUE));
    }
  }

  /** The version that a life begins with. */
  private long begin(Path root, Random random)
      throws IOException, InterruptedException, ExecutionException {
    Base before = base;
    base = null;
    if (before != null && generation < GENERATIONS_MAX && random.nextInt(4) > 0) {
      var _ = Files.move(before.root, root);
      generation++;
      return before.version.get();
    }
    if (before != null) {
      TestDirectories.delete(before.root);
    }
    var _ = Files.createDirectory(root);
    generation = 1;
    return 0;
  }

  /** Places in the journal, rising; half of them around what matters most. */
  private static int[] cuts(List<Entry> entries, int count, Random random) {
    int[] decisive =
        IntStream.range(0, entries.size())
            .filter(i -> DECISIVE.contains(entries.get(i).operation()))
            .toArray();
    int[] cuts = new int[count];
    for (int i = 0; i < count; i++) {
      cuts[i] =
          random.nextBoolean()
              ? random.nextInt(entries.size() + 1)
              : decisive[random.nextInt(decisive.length)] + random.nextInt(2);
    }
    Arrays.sort(cuts);
    return cuts;
  }

  /** What the journal tells of acknowledgements up to a moment. */
  private static final class Knowledge {
    private final ImageReference reference;
    private long durable;
    private long seen;
    private String lineage = "";
    private long acknowledged;

    Knowledge(ImageReference reference, long version) {
      this.reference = reference;
      this.durable = version;
      this.seen = version;
    }

    void follow(Entry entry) {
      if (entry.operation() != Operation.MARK) {
        return;
      }
      String[] mark = entry.text().split("\t", -1);
      switch (mark[0]) {
        case "open" -> {
          seen = Math.max(seen, Long.parseLong(mark[1]));
          lineage = mark[2];
        }
        case "ack" -> {
          long version = Long.parseLong(mark[1]);
          reference.checkAcknowledged(version, mark[3], mark[4]);
          seen = Math.max(seen, version);
          if (mark[2].equals("SYNC")) {
            durable = Math.max(durable, version);
          }
          acknowledged++;
        }
        // What a close in order leaves is durable.
        case "closed" -> durable = seen;
        default -> throw new IllegalStateException("an unknown mark: " + entry);
      }
    }

    Known known() {
      return new Known(durable, seen, lineage);
    }
  }

  private long check(
      Path image,
      ImageReference reference,
      Known known,
      long seed,
      boolean everything,
      Path journal)
      throws Exception {
    Path untouched = image.resolveSibling(image.getFileName() + "-untouched");
    TestDirectories.copy(image, untouched);
    try {
      return reference.check(image.resolve("db"), known, new Random(seed), everything);
    } catch (Exception | AssertionError e) {
      Path keptHere = keptImages.resolve("image-" + Long.toHexString(seed));
      var _ = Files.createDirectories(keptImages);
      TestDirectories.deleteIfThere(keptHere);
      TestDirectories.copy(untouched, keptHere);
      Files.writeString(keptHere.resolve("known"), seed + "\t" + known + "\n");
      if (Files.exists(journal)) {
        Files.write(
            keptHere.resolve("journal"),
            Journal.read(journal).stream().map(Entry::toString).toList());
      }
      throw new AssertionError("seed " + seed + ", " + known + ", kept in " + keptHere, e);
    } finally {
      TestDirectories.delete(untouched);
      TestDirectories.delete(image);
    }
  }

  /** The journal has seen everything: followed to its end it is what the life has left. */
  private void checkComplete(Disk disk, List<Entry> entries, Path root) throws IOException {
    for (Entry entry : entries) {
      var _ = operations.merge(entry.operation(), 1, Integer::sum);
      disk.apply(entry);
    }
    Path followed = Files.createDirectory(work.resolve("followed"));
    disk.writeCached(followed);
    Set<Path> names = names(root);
    assertEquals(names, names(followed));
    for (Path name : names) {
      Path file = root.resolve(name);
      if (Files.isRegularFile(file)) {
        assertEquals(-1, Files.mismatch(file, followed.resolve(name)), name::toString);
      }
    }
    TestDirectories.delete(followed);
  }

  private static Set<Path> names(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      Set<Path> names = new TreeSet<>();
      all.map(root::relativize).forEach(names::add);
      return names;
    }
  }

  /** Waits for what is being checked; fails when one has failed. */
  public void awaitChecks() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    for (Check check = checks.poll(); check != null; check = checks.poll()) {
      try {
        if (check.left.get() < check.known.seen()) {
          shortened++;
        }
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      }
    }
    if (!failures.isEmpty()) {
      AssertionError all = new AssertionError(failures.size() + " images failed");
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }

  /**
   * Images since the last call in which commits were missing that had been acknowledged as not yet
   * durable.
   */
  public int takeShortened() {
    int taken = shortened;
    shortened = 0;
    return taken;
  }

  /** Acknowledgements, before the last image of each life, since the last call. */
  public long takeAcknowledged() {
    long taken = acknowledged;
    acknowledged = 0;
    return taken;
  }

  /** What the lives did to their files. */
  Map<Operation, Integer> operations() {
    return operations;
  }

  @Override
  public void close() {
    checkers.shutdownNow();
    child.close();
  }
}
