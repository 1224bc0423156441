package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.Page;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the log says of commits. Thread-safe. */
final class CommitReads {
  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final StorageProbe probe;

  CommitReads(OpenStore parts, StorageProbe probe) {
    this.engine = parts.engine();
    this.registry = parts.registry();
    this.committer = parts.committer();
    this.probe = probe;
  }

  /** What is kept of a commit; empty when there is none yet. */
  Optional<CommitInfo> info(long version) {
    if (version < 0) {
      throw new ValidationException(
          "commit version " + version + " is negative; versions start at 1",
          Map.of("version", Long.toString(version)));
    }
    if (version == 0 || version > committer.visible().version()) {
      return Optional.empty();
    }
    probe.beforeRead();
    CommitRow row = parse(version, engine.get(ColumnFamily.COMMIT, Keys.commit(version)));
    return Optional.of(
        new CommitInfo(
            version, Micros.toInstant(row.timeMicros()), row.attributes(), names(version, row)));
  }

  private List<String> names(long version, CommitRow row) {
    return Arrays.stream(row.namespaces())
        .mapToObj(id -> name(version, id))
        .distinct()
        .sorted()
        .toList();
  }

  private String name(long version, int namespaceId) {
    NamespaceEntry entry = registry.find(namespaceId);
    if (entry == null) {
      throw new CorruptionException(
          "commit "
              + version
              + " names namespace id "
              + namespaceId
              + ", which the registry does not have; restore from a backup",
          Map.of("version", Long.toString(version), "namespaceId", Integer.toString(namespaceId)));
    }
    return entry.name();
  }

  /** The entries with what their commits say of themselves: one look-up for all of them. */
  Page<HistoryEntry> withAttributes(Page<HistoryEntry> page) {
    List<HistoryEntry> entries = page.items();
    if (entries.isEmpty()) {
      return page;
    }
    List<byte @Nullable []> rows =
        engine.getAll(
            ColumnFamily.COMMIT,
            entries.stream().map(entry -> Keys.commit(entry.version())).toList());
    List<HistoryEntry> complete = new ArrayList<>(entries.size());
    for (int i = 0; i < rows.size(); i++) {
      HistoryEntry entry = entries.get(i);
      CommitAttributes attributes = parse(entry.version(), rows.get(i)).attributes();
      complete.add(
          attributes.equals(CommitAttributes.NONE) ? entry : entry.withAttributes(attributes));
    }
    return new Page<>(complete, page.cursor(), page.readPoint());
  }

  private static CommitRow parse(long version, byte @Nullable [] row) {
    if (row == null) {
      throw new CorruptionException(
          "commit " + version + " is missing from the log; restore the directory from a backup",
          Map.of("version", Long.toString(version)));
    }
    return CommitRow.parse(row);
  }
}
