package dev.nacre.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file as the page cache and as the disk has it.
 *
 * <p>The disk writes sectors of {@link #SECTOR} bytes whole. Of a sector that was written to since
 * it was last forced to the disk, the disk has the forced content or that after any write since; of
 * two such sectors it may have different moments. The size is that of any moment since; where it
 * covers what never arrived there are zeros.
 *
 * <p>After a sync that failed the page cache takes its pages for written, whatever the disk has:
 * only what is written again can arrive later.
 *
 * <p>For one thread.
 */
final class DiskFile implements DiskNode {
  static final int SECTOR = 512;

  /** The page cache when the pending changes began. */
  private Content base;

  /** What the disk is sure to have, where a failed sync has made that something else than base. */
  private @Nullable Content forced;

  private final List<Change> pending = new ArrayList<>();
  private final boolean opaque;

  /** A change of content or size; bytes null for a size. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Change(long sequence, int offset, byte @Nullable [] bytes, boolean atLeast) {
    void applyTo(Content content) {
      if (bytes != null) {
        content.write(offset, bytes);
      } else if (!atLeast || offset > content.size) {
        content.resize(offset);
      }
    }
  }

  /** Bytes that grow. */
  private static final class Content {
    private byte[] bytes;
    private int size;

    Content(byte[] bytes) {
      this.bytes = bytes;
      this.size = bytes.length;
    }

    Content copy() {
      return new Content(Arrays.copyOf(bytes, size));
    }

    void write(int offset, byte[] more) {
      int end = offset + more.length;
      grow(end);
      System.arraycopy(more, 0, bytes, offset, more.length);
      size = Math.max(size, end);
    }

    void resize(int wanted) {
      grow(wanted);
      if (wanted < size) {
        Arrays.fill(bytes, wanted, size, (byte) 0);
      }
      size = wanted;
    }

    private void grow(int wanted) {
      if (wanted > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(wanted, bytes.length * 2));
      }
    }

    /** Copies a sector into another content, as far as both reach. */
    void copySector(int sector, Content to) {
      int from = sector * SECTOR;
      int end = Math.min(Math.min(size, to.size), from + SECTOR);
      if (end > from) {
        System.arraycopy(bytes, from, to.bytes, from, end - from);
      }
    }
  }

  /** A file whose content is on the disk. */
  DiskFile(byte[] content, boolean opaque) {
    this.base = new Content(content);
    this.opaque = opaque;
  }

  /** Whether its content is written unseen. */
  boolean isOpaque() {
    return opaque;
  }

  void write(long sequence, long offset, byte[] bytes) {
    pending.add(new Change(sequence, Math.toIntExact(offset), bytes, false));
  }

  void resize(long sequence, long size, boolean atLeast) {
    pending.add(new Change(sequence, Math.toIntExact(size), null, atLeast));
  }

  /** What was written up to {@code sequence} is on the disk. */
  @Override
  public void synced(long sequence) {
    List<Change> done = takePending(sequence);
    Content disk = forced;
    if (disk == null) {
      done.forEach(change -> change.applyTo(base));
      return;
    }
    SortedMap<Integer, Integer> touched = touched(done);
    done.forEach(change -> change.applyTo(base));
    disk.resize(base.size);
    touched.keySet().forEach(sector -> base.copySector(sector, disk));
  }

  /** A sync has failed: what was written before it is on the disk or not, by chance, for good. */
  @Override
  public void syncFailed(long sequence, Random random) {
    List<Change> lost = takePending(sequence);
    if (lost.isEmpty()) {
      return;
    }
    Content disk = arrived(lost, random);
    lost.forEach(change -> change.applyTo(base));
    forced = disk;
  }

  private List<Change> takePending(long sequence) {
    int count = 0;
    while (count < pending.size() && pending.get(count).sequence <= sequence) {
      count++;
    }
    List<Change> taken = List.copyOf(pending.subList(0, count));
    pending.subList(0, count).clear();
    return taken;
  }

  /** Everything that was written, as a process would read it. */
  byte[] cached() {
    Content all = base.copy();
    pending.forEach(change -> change.applyTo(all));
    return Arrays.copyOf(all.bytes, all.size);
  }

  /** What a power cut may leave. */
  byte[] afterPowerCut(Random random) {
    Content left = arrived(pending, random);
    return Arrays.copyOf(left.bytes, left.size);
  }

  /** The last change to each sector, by sector. */
  private static SortedMap<Integer, Integer> touched(List<Change> changes) {
    SortedMap<Integer, Integer> sectors = new TreeMap<>();
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      if (change.bytes != null && change.bytes.length > 0) {
        int last = (change.offset + change.bytes.length - 1) / SECTOR;
        for (int sector = change.offset / SECTOR; sector <= last; sector++) {
          sectors.put(sector, i + 1);
        }
      }
    }
    return sectors;
  }

  /** What the disk has when of some changes it has what chance will have it. */
  private Content arrived(List<Change> changes, Random random) {
    Content disk = forced == null ? base : forced;
    if (changes.isEmpty()) {
      return disk.copy();
    }
    Choice choice = Choice.of(changes.size(), touched(changes), random);
    int[] sizes = new int[changes.size() + 1];
    sizes[0] = disk.size;
    Content cache = base.copy();
    Content left = disk.copy();
    // Large enough for every sector; cut to the size that was chosen at the end.
    int most = Math.max(disk.size, base.size);
    for (Change change : changes) {
      int end = change.offset + (change.bytes == null ? 0 : change.bytes.length);
      most = Math.max(most, end);
    }
    left.resize(most);
    for (int i = 0; i < changes.size(); i++) {
      changes.get(i).applyTo(cache);
      sizes[i + 1] = cache.size;
      for (int sector : choice.sectorsAt(i + 1)) {
        cache.copySector(sector, left);
      }
    }
    left.resize(sizes[choice.sizeAt()]);
    return left;
  }

  /**
   * Which moment of which sector.
   *
   * @param sectors by number of changes
   * @param sizeAt the moment of the size
   */
  private record Choice(Map<Integer, List<Integer>> sectors, int sizeAt) {
    static Choice of(int changes, SortedMap<Integer, Integer> touched, Random random) {
      Map<Integer, List<Integer>> sectors = new HashMap<>();
      int kind = random.nextInt(6);
      int cut = kind == 0 ? 0 : kind == 1 ? changes : random.nextInt(changes + 1);
      int sizeAt = kind <= 2 ? cut : random.nextInt(2) == 0 ? changes : random.nextInt(changes + 1);
      double kept = random.nextDouble();
      touched.forEach(
          (sector, last) -> {
            int moment =
                switch (kind) {
                  // Nothing, everything, everything up to a moment.
                  case 0, 1, 2 -> cut;
                  // Some sectors are new and some old.
                  case 3 -> random.nextDouble() < kept ? last : 0;
                  // Everything but a few.
                  case 4 -> random.nextInt(16) == 0 ? 0 : last;
                  // Any moment.
                  default -> random.nextInt(last + 1);
                };
            if (moment > 0) {
              sectors.computeIfAbsent(moment, _ -> new ArrayList<>()).add(sector);
            }
          });
      return new Choice(sectors, sizeAt);
    }

    List<Integer> sectorsAt(int moment) {
      return sectors.getOrDefault(moment, List.of());
    }
  }
}
