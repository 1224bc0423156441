package dev.nacre.faults;

import dev.nacre.faults.Journal.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * A file system that follows a journal and says what a power cut may leave of it.
 *
 * <p>A sync of a file brings its content and size to the disk, not its name. A sync of a directory
 * brings its names there. What was not synced may be there or not: content by {@link DiskFile}, the
 * changes of each directory up to a moment of its own, in their order, a rename from one directory
 * to another in both or neither. File systems that keep a journal of metadata (ext4, XFS) order
 * those changes over all directories and bring a new file's name to the disk with the file, so this
 * one loses more than they do.
 *
 * <p>For one thread.
 */
public final class Disk {
  private final Map<Long, DiskNode> inodes = new HashMap<>();
  private final Map<Long, Long> syncs = new HashMap<>();
  private final DiskDirectory root;
  private final Random random;
  private long sequence;

  private Disk(DiskDirectory root, long seed) {
    this.root = root;
    this.random = new Random(seed);
  }

  /**
   * A disk that has a directory as it is, all of it forced.
   *
   * @param seed for what syncs leave that fail
   */
  public static Disk of(Path directory, long seed) throws IOException {
    DiskDirectory root = new DiskDirectory();
    Disk disk = new Disk(root, seed);
    disk.load(directory, root);
    return disk;
  }

  private void load(Path path, DiskDirectory directory) throws IOException {
    inodes.put(inode(path), directory);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (Files.isDirectory(entry)) {
          DiskDirectory below = new DiskDirectory();
          directory.putForced(name, below);
          load(entry, below);
        } else {
          DiskNode file =
              inodes.computeIfAbsent(
                  inode(entry), _ -> new DiskFile(new byte[0], false)); // Of a second name.
          if (file instanceof DiskFile content && content.cached().length == 0) {
            content.write(0, 0, Files.readAllBytes(entry));
            content.synced(0);
          }
          directory.putForced(name, file);
        }
      }
    }
  }

  private static long inode(Path path) throws IOException {
    return (long) Files.getAttribute(path, "unix:ino");
  }

  /** Follows one entry. */
  public void apply(Entry entry) {
    sequence++;
    switch (entry.operation()) {
      case CREATE -> make(entry, new DiskFile(new byte[0], entry.flag() == 1));
      case MKDIR -> make(entry, new DiskDirectory());
      case WRITE -> file(entry).write(sequence, entry.a(), entry.payload());
      case TRUNCATE -> file(entry).resize(sequence, entry.a(), false);
      case EXTEND -> file(entry).resize(sequence, entry.a(), true);
      case SYNC -> syncs.put(entry.a(), sequence);
      case SYNCED -> synced(entry);
      case RENAME -> {
        if (entry.flag() != 0) {
          throw new IllegalStateException("names were exchanged: " + entry);
        }
        Place from = place(first(entry));
        Place to = place(second(entry));
        DiskDirectory.rename(sequence, from.directory, from.name, to.directory, to.name);
      }
      case LINK -> {
        Place from = place(first(entry));
        Place to = place(second(entry));
        to.directory.put(sequence, to.name, from.node());
      }
      case UNLINK, RMDIR -> {
        Place gone = place(entry.text());
        var _ = gone.node();
        gone.directory.remove(sequence, gone.name);
      }
      case OPAQUE -> throw new IllegalStateException("the journal cannot tell: " + entry);
      case MARK, FAULT -> {}
    }
  }

  private void make(Entry entry, DiskNode node) {
    inodes.put(entry.inode(), node);
    Place place = place(entry.text());
    place.directory.put(sequence, place.name, node);
  }

  private void synced(Entry entry) {
    Long begun = syncs.remove(entry.a());
    DiskNode node = inodes.get(entry.inode());
    if (begun == null || node == null) {
      throw new IllegalStateException("a sync of something unknown: " + entry);
    }
    if (entry.b() == 0) {
      node.synced(begun);
    } else {
      node.syncFailed(begun, random);
    }
  }

  private DiskFile file(Entry entry) {
    if (inodes.get(entry.inode()) instanceof DiskFile file) {
      return file;
    }
    throw new IllegalStateException("a file that was never made: " + entry);
  }

  private static String first(Entry entry) {
    return entry.text().substring(0, entry.text().indexOf('\0'));
  }

  private static String second(Entry entry) {
    return entry.text().substring(entry.text().indexOf('\0') + 1);
  }

  private record Place(DiskDirectory directory, String name) {
    DiskNode node() {
      DiskNode node = directory.get(name);
      if (node == null) {
        throw new IllegalStateException(name + " is not there");
      }
      return node;
    }
  }

  private Place place(String path) {
    DiskDirectory directory = root;
    String rest = path;
    for (int slash = rest.indexOf('/'); slash >= 0; slash = rest.indexOf('/')) {
      if (!(directory.get(rest.substring(0, slash)) instanceof DiskDirectory below)) {
        throw new IllegalStateException(path + " has no directory");
      }
      directory = below;
      rest = rest.substring(slash + 1);
    }
    return new Place(directory, rest);
  }

  /** Writes the files as a process would see them into an empty directory. */
  public void writeCached(Path target) throws IOException {
    write(target, root, DiskDirectory::names, DiskFile::cached);
  }

  /** Writes what a power cut at this moment may leave into an empty directory. */
  public void writeAfterPowerCut(Path target, Random chance) throws IOException {
    Map<DiskDirectory, Long> cuts = cuts(chance);
    // A file with two names is one file.
    Map<DiskFile, byte[]> contents = new HashMap<>();
    write(
        target,
        root,
        directory -> directory.namesAt(cuts.getOrDefault(directory, 0L)),
        file -> contents.computeIfAbsent(file, some -> some.afterPowerCut(chance)));
  }

  private Map<DiskDirectory, Long> cuts(Random chance) {
    Map<DiskDirectory, Long> cuts = new LinkedHashMap<>();
    // Nothing, everything, or each directory for itself.
    int kind = chance.nextInt(6);
    for (DiskDirectory directory : directories()) {
      cuts.put(
          directory,
          switch (kind) {
            case 0 -> 0L;
            case 1 -> Long.MAX_VALUE;
            default -> directory.powerCut(chance);
          });
    }
    boolean settled = false;
    while (!settled) {
      settled = true;
      for (Map.Entry<DiskDirectory, Long> cut : cuts.entrySet()) {
        long limit = cut.getKey().limit(cut.getValue(), cuts);
        if (limit < cut.getValue()) {
          cut.setValue(limit);
          settled = false;
        }
      }
    }
    return cuts;
  }

  /** Every directory there ever was, in an order that the journal decides. */
  private Iterable<DiskDirectory> directories() {
    Deque<DiskDirectory> all = new ArrayDeque<>();
    inodes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .forEach(
            node -> {
              if (node instanceof DiskDirectory directory) {
                all.add(directory);
              }
            });
    return all;
  }

  private interface Contents {
    byte[] of(DiskFile file);
  }

  private void write(
      Path target,
      DiskDirectory directory,
      Function<DiskDirectory, Map<String, DiskNode>> names,
      Contents contents)
      throws IOException {
    for (Map.Entry<String, DiskNode> entry : names.apply(directory).entrySet()) {
      Path path = target.resolve(entry.getKey());
      switch (entry.getValue()) {
        case DiskDirectory below -> {
          Files.createDirectory(path);
          write(path, below, names, contents);
        }
        case DiskFile file -> {
          if (!file.isOpaque()) {
            Files.write(path, contents.of(file));
          }
        }
      }
    }
  }
}
