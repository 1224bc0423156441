package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.Metadata;
import dev.nacre.vector.exact.MemoryMeter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a space's records by key number, loaded when a filter first asks, and the answers
 * to the last few filters.
 *
 * <p><b>Threads.</b> One writer, under the index's lock. Readers ask as of the version of the set
 * they hold: a key's newer metadata are put in front of the older ones, which stay as long as a set
 * that needs them is in use. A filter's answer is a bit for every key; when metadata have changed
 * since, only the changed keys are asked again. A filter that is new is answered by a {@link
 * FieldColumn} for each of its fields.
 */
final class MetadataColumn {
  private static final int FILTERS_MAX = 16;
  private static final int SHARED_MAX = 4096;

  /** A column is read anew when this many keys changed since, and one in so many of all. */
  private static final int CHANGES_MIN = 64;

  private static final int CHANGES_PART = 16;
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(Cell[].class);

  private final MemoryMeter meter;
  private final DeclaredFields declared;
  private final Map<Metadata, Metadata> shared = new HashMap<>();
  private final LinkedHashMap<Filter, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
  private final FieldColumns fields;
  private volatile @Nullable Cell[] cells = new Cell[16];
  private volatile int[] changes = new int[16];
  private int position;
  private long bytes;

  /** Metadata from a version on, and what was before. */
  private record Cell(long version, Metadata metadata, @Nullable Cell previous) {}

  /** Bits by key, over the first {@code keys} keys, after {@code position} changes. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Answer(int position, int keys, long[] bits) {}

  /**
   * An empty column.
   *
   * @param declared the fields of values that are among the metadata it is given
   */
  MetadataColumn(MemoryMeter meter, DeclaredFields declared) {
    this.meter = meter;
    this.fields = new FieldColumns(meter);
    this.declared = declared;
  }

  /** The fields of values that are among the metadata. */
  DeclaredFields declared() {
    return declared;
  }

  /**
   * Sets a key's metadata from {@code version} on; for the writer.
   *
   * @param oldest the oldest version that a set in use is at
   */
  void set(int key, long version, Metadata metadata, long oldest) {
    @Nullable Cell[] room = cells;
    if (key >= room.length) {
      room = Arrays.copyOf(room, Math.max(key + 1, room.length + (room.length >> 1)));
      cells = room;
    }
    Cell former = room[key];
    Metadata kept = share(metadata);
    CELLS.setRelease(room, key, new Cell(version, kept, needed(former, oldest)));
    if (position == changes.length) {
      changes = Arrays.copyOf(changes, position * 2);
    }
    changes[position++] = key;
    count(former == null ? 40 : 4);
  }

  /** Forgets the changes so far: nothing has been asked yet; for the writer. */
  void startFollowing() {
    position = 0;
    changes = new int[16];
  }

  /** How many changes there were; for the writer. */
  int position() {
    return position;
  }

  /** Bytes taken, about; for the writer. */
  long bytes() {
    return bytes + fields.bytes();
  }

  /** Gives the memory back to the meter; for the writer. */
  void release() {
    meter.add(-bytes);
    bytes = 0;
    fields.release();
  }

  /** Copies the newest metadata of a key to another column, under another number. */
  void copyTo(int key, MetadataColumn target, int targetKey) {
    Cell cell = key < cells.length ? cells[key] : null;
    if (cell != null) {
      target.set(targetKey, cell.version, cell.metadata, Long.MAX_VALUE);
    }
  }

  /** A bit for every key of {@code set}: whether its metadata as of the set match. */
  long[] matching(Filter filter, SpaceSet set) {
    Answer known;
    synchronized (answers) {
      known = answers.get(filter);
    }
    if (known != null && known.position == set.metadataPosition() && known.keys >= set.keyCount()) {
      return known.bits;
    }
    if (known != null && known.position > set.metadataPosition()) {
      return evaluated(filter, set);
    }
    long[] bits;
    if (known == null) {
      bits = evaluated(filter, set);
    } else {
      bits = Arrays.copyOf(known.bits, (set.keyCount() + 63) >>> 6);
      int[] changed = changes;
      for (int i = known.position; i < set.metadataPosition(); i++) {
        evaluate(filter, changed[i], set.version(), bits);
      }
      // Keys without a change of metadata since they are known have none.
      for (int key = known.keys; key < set.keyCount(); key++) {
        evaluate(filter, key, set.version(), bits);
      }
    }
    synchronized (answers) {
      Answer newest = answers.get(filter);
      if (newest == null || newest.position <= set.metadataPosition()) {
        answers.put(filter, new Answer(set.metadataPosition(), set.keyCount(), bits));
      }
      if (answers.size() > FILTERS_MAX) {
        answers.pollFirstEntry();
      }
    }
    return bits;
  }

  /**
   * The answer to a filter that is new, or too new for a set. Columns may know of fewer or of more
   * changes than the set: the keys in between are asked one by one.
   */
  private long[] evaluated(Filter filter, SpaceSet set) {
    int from = set.metadataPosition();
    int to = set.metadataPosition();
    int known = set.keyCount();
    Map<String, FieldColumn> columns = new HashMap<>();
    for (String field : filter.fields()) {
      FieldColumn column = column(field, set);
      columns.put(field, column);
      from = Math.min(from, column.position());
      to = Math.max(to, column.position());
      known = Math.min(known, column.keys());
    }
    long[] bits =
        FieldColumns.matching(
            filter, field -> Objects.requireNonNull(columns.get(field)), set.keyCount());
    int[] changed = changes;
    for (int i = from; i < to; i++) {
      if (changed[i] < set.keyCount()) {
        evaluate(filter, changed[i], set.version(), bits);
      }
    }
    for (int key = known; key < set.keyCount(); key++) {
      evaluate(filter, key, set.version(), bits);
    }
    return bits;
  }

  /** The column of a field, read anew when too much has changed since. */
  private FieldColumn column(String field, SpaceSet set) {
    FieldColumn known = fields.find(field);
    if (known != null) {
      long changed =
          Math.abs((long) set.metadataPosition() - known.position())
              + Math.max(0, set.keyCount() - known.keys());
      if (changed <= Math.max(CHANGES_MIN, set.keyCount() / CHANGES_PART)) {
        return known;
      }
    }
    FieldColumn fresh =
        FieldColumn.of(
            set.metadataPosition(),
            set.keyCount(),
            key -> at(key, set.version()).get(field).orElse(null));
    fields.keep(field, fresh);
    return fresh;
  }

  private void evaluate(Filter filter, int key, long version, long[] bits) {
    long bit = 1L << key;
    if (filter.matches(at(key, version))) {
      bits[key >>> 6] |= bit;
    } else {
      bits[key >>> 6] &= ~bit;
    }
  }

  private Metadata at(int key, long version) {
    @Nullable Cell[] room = cells;
    Cell cell = key < room.length ? (Cell) CELLS.getAcquire(room, key) : null;
    while (cell != null && cell.version > version) {
      cell = cell.previous;
    }
    return cell == null ? Metadata.EMPTY : cell.metadata;
  }

  /** The chain cut behind the newest cell that the oldest set can still ask for. */
  private static @Nullable Cell needed(@Nullable Cell cell, long oldest) {
    if (cell == null) {
      return null;
    }
    return cell.version <= oldest
        ? new Cell(cell.version, cell.metadata, null)
        : new Cell(cell.version, cell.metadata, needed(cell.previous, oldest));
  }

  /** Many records have the same few metadata: those are kept, and counted, once. */
  private Metadata share(Metadata metadata) {
    Metadata same = shared.get(metadata);
    if (same != null) {
      return same;
    }
    if (shared.size() < SHARED_MAX) {
      shared.put(metadata, metadata);
    }
    count(estimate(metadata));
    return metadata;
  }

  private void count(long added) {
    bytes += added;
    meter.add(added);
  }

  /** About what metadata take on the heap. */
  private static long estimate(Metadata metadata) {
    long bytes = 64;
    for (Map.Entry<String, Object> field : metadata.asMap().entrySet()) {
      bytes += 96 + field.getKey().length();
      if (field.getValue() instanceof Collection<?> many) {
        for (Object element : many) {
          bytes += estimate(element);
        }
      } else {
        bytes += estimate(field.getValue());
      }
    }
    return bytes;
  }

  private static long estimate(Object scalar) {
    return scalar instanceof String text ? 48 + text.length() : 24;
  }
}
