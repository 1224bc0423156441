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

  /** The difference, or null when there is none; a row that is expired at its moment is absent. */
  @Nullable RecordDiff compare(RowPairs pairs) {
    @Nullable RecordRow before = RecordReader.live(pairs.before(), sides.from());
    @Nullable RecordRow after = RecordReader.live(pairs.after(), sides.to());
    boolean comparable = before != null && after != null && sides.areOfOneIncarnation();
    if (comparable && version(before) == version(after)) {
      return null;
    }
    byte[] key = pairs.key();
    return RecordDiff.of(
        Keys.text(key),
        record(sides.before(), key, before, sides.from()),
        record(sides.after(), key, after, sides.to()),
        comparable && valueVersion(before) == valueVersion(after)
            ? null
            : ValueChange.between(
                before == null ? null : before.value(), after == null ? null : after.value()),
        comparable && metadataVersion(before) == metadataVersion(after)
            ? List.of()
            : FieldChange.between(metadata(before), metadata(after)),
        embeddings(key, before, after));
  }

  private static long version(@Nullable RecordRow row) {
    return row == null ? 0 : row.version();
  }

  private static long valueVersion(@Nullable RecordRow row) {
    return row == null ? 0 : row.valueVersion();
  }

  private static long metadataVersion(@Nullable RecordRow row) {
    return row == null ? 0 : row.metadataVersion();
  }

  private static Metadata metadata(@Nullable RecordRow row) {
    return row == null ? Metadata.EMPTY : row.metadata();
  }

  private @Nullable VersionedRecord record(
      @Nullable NamespaceEntry namespace, byte[] key, @Nullable RecordRow row, ReadPoint at) {
    return namespace == null || row == null
        ? null
        : reader.record(namespace, Keys.text(key), key, row, at, Set.of());
  }

  private List<EmbeddingChange> embeddings(
      byte[] key, @Nullable RecordRow before, @Nullable RecordRow after) {
    Map<String, Integer> left = spaces(sides.before(), before);
    Map<String, Integer> right = spaces(sides.after(), after);
    if (left.isEmpty() && right.isEmpty()) {
      return List.of();
    }
    TreeMap<String, Integer> names = new TreeMap<>(left);
    names.putAll(right);
    List<EmbeddingChange> changes = new ArrayList<>();
    for (String name : names.keySet()) {
      Integer one = left.get(name);
      Integer other = right.get(name);
      if (one == null) {
        changes.add(new EmbeddingChange(name, ChangeKind.ADDED));
      } else if (other == null) {
        changes.add(new EmbeddingChange(name, ChangeKind.REMOVED));
      } else if (differs(key, one, before, other, after)) {
        changes.add(new EmbeddingChange(name, ChangeKind.CHANGED));
      }
    }
    return changes;
  }

  /** The ids of a row's spaces by name. */
  private static Map<String, Integer> spaces(
      @Nullable NamespaceEntry namespace, @Nullable RecordRow row) {
    if (namespace == null || row == null || row.spaces().length == 0) {
      return Map.of();
    }
    Map<String, Integer> ids = new TreeMap<>();
    for (int id : row.spaces()) {
      ids.put(namespace.space(id).name(), id);
    }
    return ids;
  }

  private boolean differs(
      byte[] key,
      int leftSpace,
      @Nullable RecordRow before,
      int rightSpace,
      @Nullable RecordRow after) {
    NamespaceEntry left = sides.before();
    NamespaceEntry right = sides.after();
    if (before == null || after == null || left == null || right == null) {
      return true;
    }
    if (left.id() == right.id()
        && before.embeddingVersion(leftSpace) == after.embeddingVersion(rightSpace)) {
      return false;
    }
    float[] one =
        reader
            .vector(left, leftSpace, key, sides.from().version())
            .map(StoredVector::vector)
            .orElseGet(() -> new float[0]);
    float[] other =
        reader
            .vector(right, rightSpace, key, sides.to().version())
            .map(StoredVector::vector)
            .orElseGet(() -> new float[0]);
    return !Arrays.equals(one, other) || !left.space(leftSpace).equals(right.space(rightSpace));
  }
}
