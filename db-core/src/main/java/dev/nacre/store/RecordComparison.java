package dev.nacre.store;

import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.EmbeddingChange;
import dev.nacre.diff.FieldChange;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a record's rows at two moments, part by part. Within one incarnation of a namespace a
 * part of the same version is the same part and is not looked at. Thread-safe.
 */
final class RecordComparison {
  private final RecordReader reader;
  private final DiffSides sides;

  RecordComparison(RecordReader reader, DiffSides sides) {
    this.reader = reader;
    this.sides = sides;
  }

  /** A record that is there at one of the two moments. */
  private record Side(NamespaceEntry namespace, RecordRow row, ReadPoint at) {
    /** The ids of its spaces by name. */
    Map<String, Integer> spaces() {
      Map<String, Integer> ids = new TreeMap<>();
      for (int id : row.spaces()) {
        ids.put(namespace.space(id).name(), id);
      }
      return ids;
    }
  }

  /** The difference, or null when there is none; a row that is expired at its moment is absent. */
  @Nullable RecordDiff compare(RowPairs pairs) {
    @Nullable Side before = side(sides.before(), pairs.before(), sides.from());
    @Nullable Side after = side(sides.after(), pairs.after(), sides.to());
    boolean sameValue = false;
    boolean sameMetadata = false;
    if (before != null && after != null && before.namespace.id() == after.namespace.id()) {
      if (before.row.version() == after.row.version()) {
        return null;
      }
      sameValue = before.row.valueVersion() == after.row.valueVersion();
      sameMetadata = before.row.metadataVersion() == after.row.metadataVersion();
    }
    byte[] key = pairs.key();
    return RecordDiff.of(
        Keys.text(key),
        record(key, before),
        record(key, after),
        sameValue
            ? null
            : ValueChange.between(
                before == null ? null : before.row.value(),
                after == null ? null : after.row.value()),
        sameMetadata ? List.of() : FieldChange.between(metadata(before), metadata(after)),
        embeddings(key, before, after));
  }

  private static @Nullable Side side(
      @Nullable NamespaceEntry namespace, @Nullable RecordRow row, ReadPoint at) {
    RecordRow live = RecordReader.live(row, at);
    return namespace == null || live == null ? null : new Side(namespace, live, at);
  }

  private static Metadata metadata(@Nullable Side side) {
    return side == null ? Metadata.EMPTY : side.row.metadata();
  }

  private @Nullable VersionedRecord record(byte[] key, @Nullable Side side) {
    return side == null
        ? null
        : reader.record(side.namespace, Keys.text(key), key, side.row, side.at, Set.of());
  }

  private List<EmbeddingChange> embeddings(
      byte[] key, @Nullable Side before, @Nullable Side after) {
    Map<String, Integer> left = before == null ? Map.of() : before.spaces();
    Map<String, Integer> right = after == null ? Map.of() : after.spaces();
    TreeMap<String, Integer> names = new TreeMap<>(left);
    names.putAll(right);
    List<EmbeddingChange> changes = new ArrayList<>();
    for (String name : names.keySet()) {
      Integer one = left.get(name);
      Integer other = right.get(name);
      if (before == null || one == null) {
        changes.add(new EmbeddingChange(name, ChangeKind.ADDED));
      } else if (after == null || other == null) {
        changes.add(new EmbeddingChange(name, ChangeKind.REMOVED));
      } else if (differs(key, before, one, after, other)) {
        changes.add(new EmbeddingChange(name, ChangeKind.CHANGED));
      }
    }
    return changes;
  }

  private boolean differs(byte[] key, Side before, int leftSpace, Side after, int rightSpace) {
    if (before.namespace.id() == after.namespace.id()
        && before.row.embeddingVersion(leftSpace) == after.row.embeddingVersion(rightSpace)) {
      return false;
    }
    return !Arrays.equals(vector(key, before, leftSpace), vector(key, after, rightSpace))
        || !before.namespace.space(leftSpace).equals(after.namespace.space(rightSpace));
  }

  private float[] vector(byte[] key, Side side, int space) {
    return reader
        .vector(side.namespace, space, key, side.at.version())
        .map(StoredVector::vector)
        .orElseGet(() -> new float[0]);
  }
}
