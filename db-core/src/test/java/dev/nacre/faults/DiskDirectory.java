package dev.nacre.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory: its names now, its names on the disk, and the changes between them in their order.
 * For one thread.
 */
final class DiskDirectory implements DiskNode {
  private final Map<String, DiskNode> names = new TreeMap<>();
  private final Map<String, DiskNode> forced = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();

  /**
   * Names that got another file at once, null for none.
   *
   * @param other the directory that is changed in the same step, or null
   */
  private record Change(
      long sequence, Map<String, @Nullable DiskNode> names, @Nullable DiskDirectory other) {
    void applyTo(Map<String, DiskNode> names) {
      this.names.forEach(
          (name, node) -> {
            if (node == null) {
              names.remove(name);
            } else {
              names.put(name, node);
            }
          });
    }
  }

  Map<String, DiskNode> names() {
    return names;
  }

  @Nullable DiskNode get(String name) {
    return names.get(name);
  }

  /** Puts a name there that is on the disk already. */
  void putForced(String name, DiskNode node) {
    names.put(name, node);
    forced.put(name, node);
  }

  void put(long sequence, String name, DiskNode node) {
    Map<String, @Nullable DiskNode> changed = new HashMap<>();
    changed.put(name, node);
    add(new Change(sequence, changed, null));
  }

  void remove(long sequence, String name) {
    Map<String, @Nullable DiskNode> changed = new HashMap<>();
    changed.put(name, null);
    add(new Change(sequence, changed, null));
  }

  static void rename(
      long sequence, DiskDirectory from, String oldName, DiskDirectory to, String newName) {
    DiskNode node = from.get(oldName);
    if (node == null) {
      throw new IllegalStateException("a name was changed that is not there: " + oldName);
    }
    if (from.equals(to)) {
      Map<String, @Nullable DiskNode> changed = new HashMap<>();
      changed.put(oldName, null);
      changed.put(newName, node);
      from.add(new Change(sequence, changed, null));
    } else {
      Map<String, @Nullable DiskNode> gone = new HashMap<>();
      gone.put(oldName, null);
      from.add(new Change(sequence, gone, to));
      Map<String, @Nullable DiskNode> come = new HashMap<>();
      come.put(newName, node);
      to.add(new Change(sequence, come, from));
    }
  }

  private void add(Change change) {
    pending.add(change);
    change.applyTo(names);
  }

  @Override
  public void synced(long sequence) {
    while (!pending.isEmpty() && pending.getFirst().sequence <= sequence) {
      Change change = pending.removeFirst();
      change.applyTo(forced);
      if (change.other != null) {
        // One step on the disk, too, with everything before it.
        change.other.synced(change.sequence);
      }
    }
  }

  @Override
  public void syncFailed(long sequence, Random random) {
    // The journal of the file system has it or not: as if there had been no sync.
  }

  /** How far this directory got: the changes up to a moment, in order. */
  long powerCut(Random random) {
    if (pending.isEmpty() || random.nextInt(3) == 0) {
      return 0;
    }
    return random.nextInt(2) == 0
        ? Long.MAX_VALUE
        : pending.get(random.nextInt(pending.size())).sequence;
  }

  /** The moment up to which this directory can have got when another could not follow. */
  long limit(long cut, Map<DiskDirectory, Long> cuts) {
    for (Change change : pending) {
      if (change.sequence <= cut
          && change.other != null
          && cuts.getOrDefault(change.other, 0L) < change.sequence
          && change.other.isPending(change.sequence)) {
        return change.sequence - 1;
      }
    }
    return cut;
  }

  private boolean isPending(long sequence) {
    return pending.stream().anyMatch(change -> change.sequence == sequence);
  }

  /** The names on the disk with the changes up to a moment. */
  Map<String, DiskNode> namesAt(long cut) {
    Map<String, DiskNode> left = new TreeMap<>(forced);
    for (Change change : pending) {
      if (change.sequence <= cut) {
        change.applyTo(left);
      }
    }
    return left;
  }
}
