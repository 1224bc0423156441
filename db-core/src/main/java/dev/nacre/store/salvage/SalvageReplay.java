package dev.nacre.store.salvage;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.NacreException;
import dev.nacre.maintain.Progress;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.SalvageKeys;
import dev.nacre.store.salvage.VersionRows.RecordId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits what is left of each version again, in their order, under the same numbers and times.
 * What a version has written and is lost is deleted in it: an older state must not be taken for the
 * one that is missing. For one use and one thread.
 */
final class SalvageReplay {
  private static final Duration COMMIT_WITHIN = Duration.ofMinutes(10);

  /** Of nothing that is there: such a commit has its version and no effect. */
  private static final Write NO_EFFECT = new Write.Delete("-", "-", WriteCondition.none());

  private final Store target;
  private final CommitClock clock;
  private final SalvagedRows rows;
  private final SalvagedRegistry registry;
  private final DamagedFiles files;
  private final SalvageFindings findings;
  private final Consumer<Progress> progress;

  /** Names of namespaces that the version at hand has deleted. */
  private final Set<String> ended = new HashSet<>();

  private @Nullable VersionRows current;
  private long written;

  SalvageReplay(
      Store target,
      CommitClock clock,
      SalvagedRows rows,
      SalvagedRegistry registry,
      DamagedFiles files,
      SalvageFindings findings,
      Consumer<Progress> progress) {
    this.target = target;
    this.clock = clock;
    this.rows = rows;
    this.registry = registry;
    this.files = files;
    this.findings = findings;
    this.progress = progress;
  }

  /** Commits everything; answers the newest version. */
  long run() {
    rows.forEach(
        (key, value) -> {
          long version = SalvageKeys.version(key);
          VersionRows of = current;
          if (of == null || of.version() != version) {
            finish();
            of = new VersionRows(version);
            current = of;
          }
          of.take(key, value);
        });
    finish();
    // The registry may name versions of which nothing else is left.
    upTo(registry.lastVersion());
    return written;
  }

  private void finish() {
    VersionRows of = current;
    if (of != null) {
      current = null;
      of.end();
      upTo(of.version() - 1);
      replay(of);
    }
  }

  /** Commits versions of which nothing is left but, perhaps, what the registry says. */
  private void upTo(long version) {
    while (written < version) {
      replay(new VersionRows(written + 1));
    }
  }

  private void replay(VersionRows of) {
    long version = of.version();
    CommitRow commit = of.commit();
    // Before anything is looked up: whether a record has expired is judged at this time.
    clock.set(time(of, commit));
    List<Write> writes = new ArrayList<>();
    Set<Integer> touched = new HashSet<>();
    // First: what else the version has written is of namespaces that are there behind it, one of
    // the same name perhaps.
    ended.clear();
    for (int id : registry.deletedAt(version)) {
      touched.add(id);
      ended.add(registry.name(id));
      writes.add(new Write.DeleteNamespace(registry.name(id)));
    }
    for (Map.Entry<Integer, NamespaceOptions> options : registry.optionsAt(version).entrySet()) {
      touched.add(options.getKey());
      if (!registry.isGone(options.getKey(), version)) {
        writes.add(new Write.Configure(registry.name(options.getKey()), options.getValue()));
      }
    }
    boolean whole = true;
    for (Map.Entry<RecordId, RecordRow> record : wanted(of).entrySet()) {
      touched.add(record.getKey().namespace());
      whole &= write(version, record.getKey(), record.getValue(), writes);
    }
    for (RecordId id : missing(of)) {
      touched.add(id.namespace());
      whole &= missing(version, id, of.changes().get(id), writes);
    }
    if (of.isEmpty() && writes.isEmpty()) {
      findings.commitsLost(version, version);
    } else if (!whole || !isComplete(of, commit, touched)) {
      findings.notWhole(version);
    }
    commit(version, commit, writes);
  }

  /** The records of a version, without what is purged or of a namespace that is gone. */
  private Map<RecordId, RecordRow> wanted(VersionRows of) {
    Map<RecordId, RecordRow> wanted = new LinkedHashMap<>();
    of.records()
        .forEach(
            (id, row) -> {
              if (isWanted(id, of.version())) {
                wanted.put(id, row);
              }
            });
    return wanted;
  }

  private boolean isWanted(RecordId id, long version) {
    return !registry.isGone(id.namespace(), version)
        && !registry.isPurged(id.namespace(), id.key(), version);
  }

  /** What was written in a version as far as others say so, and is not there. */
  private Set<RecordId> missing(VersionRows of) {
    Set<RecordId> missing = new HashSet<>(of.changes().keySet());
    missing.addAll(of.ends());
    missing.removeAll(of.records().keySet());
    missing.removeIf(id -> !isWanted(id, of.version()));
    return missing;
  }

  /** Writes a record as it was; answers whether nothing of it is lost. */
  private boolean write(long version, RecordId id, RecordRow row, List<Write> writes) {
    String namespace = registry.name(id.namespace());
    String key = Keys.text(id.key());
    rows.found(id.namespace(), id.key());
    findings.saved(id.namespace());
    if (row.isTombstone()) {
      writes.add(new Write.Delete(namespace, key, WriteCondition.none()));
      return true;
    }
    VersionedRecord before =
        ended.contains(namespace)
            ? null
            : target.get(target.now(), namespace, key, Set.of()).orElse(null);
    List<Embedding> embeddings = new ArrayList<>();
    Set<String> carried = new HashSet<>();
    boolean whole = embeddings(version, id, row, before, embeddings, carried);
    // A part that should not be there can only go with the record.
    boolean fresh =
        before != null
            && ((before.value().isPresent() && !row.hasValue())
                || (before.metadataVersion().isPresent() && !row.hasMetadata())
                || !spacesWritten(embeddings, carried)
                    .containsAll(before.embeddingVersions().keySet()));
    if (fresh) {
      writes.add(new Write.Delete(namespace, key, WriteCondition.none()));
      embeddings.clear();
      whole = embeddings(version, id, row, null, embeddings, new HashSet<>());
    }
    VersionedRecord kept = fresh ? null : before;
    boolean value =
        row.hasValue() && (kept == null || kept.valueVersion().orElse(0) != row.valueVersion());
    boolean metadata =
        row.hasMetadata()
            && (kept == null || kept.metadataVersion().orElse(0) != row.metadataVersion());
    writes.add(
        new Write.Upsert(
            namespace,
            key,
            value ? row.value() : null,
            metadata ? row.metadata() : null,
            embeddings,
            row.expiresAtMicros() == RecordRow.NEVER
                ? Write.Expiry.Never.NEVER
                : new Write.Expiry.At(Micros.toInstant(row.expiresAtMicros())),
            WriteCondition.none()));
    return whole;
  }

  private static Set<String> spacesWritten(List<Embedding> embeddings, Set<String> carried) {
    Set<String> names = new HashSet<>(carried);
    embeddings.forEach(embedding -> names.add(embedding.space().name()));
    return names;
  }

  /** The embeddings to write; answers whether all are there, or carry over. */
  private boolean embeddings(
      long version,
      RecordId id,
      RecordRow row,
      @Nullable VersionedRecord before,
      List<Embedding> embeddings,
      Set<String> carried) {
    boolean whole = true;
    for (int spaceId : row.spaces()) {
      EmbeddingSpace space = registry.space(id.namespace(), spaceId);
      long of = row.embeddingVersion(spaceId);
      Long there =
          before == null || space == null ? null : before.embeddingVersions().get(space.name());
      if (space != null && there != null && there == of) {
        carried.add(space.name());
        continue;
      }
      float[] vector = space == null ? null : rows.vector(id.namespace(), spaceId, id.key(), of);
      if (space == null || vector == null || vector.length != space.dimension()) {
        whole = false;
        if (of == version) {
          findings.vectorLost(id.namespace());
          findings.loss(
              registry.name(id.namespace()), Keys.text(id.key()), version, Part.EMBEDDING);
        }
      } else {
        embeddings.add(Embedding.ofStored(space, vector));
      }
    }
    return whole;
  }

  /** Something was written and is not there; answers whether that is no loss. */
  private boolean missing(long version, RecordId id, @Nullable LogRow change, List<Write> writes) {
    writes.add(
        new Write.Delete(
            registry.name(id.namespace()), Keys.text(id.key()), WriteCondition.none()));
    if (change != null && change.delete()) {
      rows.found(id.namespace(), id.key());
      return true;
    }
    if (registry.isDeleted(id.namespace())) {
      // What is left of it is saved; it goes again anyway.
      return true;
    }
    rows.lost(id.namespace(), id.key(), version);
    if (registry.floor(id.namespace()).history() > 0) {
      // Retention drops versions that are not the newest: whether this one was, the end shows.
      return true;
    }
    findings.versionLost(id.namespace());
    findings.loss(registry.name(id.namespace()), Keys.text(id.key()), version, Part.VERSION);
    return false;
  }

  /** Whether everything that a commit has changed is known. */
  private boolean isComplete(VersionRows of, @Nullable CommitRow commit, Set<Integer> touched) {
    if (commit == null || of.hasGap()) {
      return false;
    }
    for (int id : commit.namespaces()) {
      boolean dropped =
          of.version() < registry.floor(id).log() || registry.isGone(id, of.version());
      if (!dropped
          && (files.mayHaveLostChanges(id, of.version())
              || (!of.hasChanges(id) && !isOfRegistry(id, of.version())))) {
        return false;
      }
    }
    return touched.stream()
        .allMatch(id -> Arrays.stream(commit.namespaces()).anyMatch(named -> named == id));
  }

  /** Whether a commit has touched a namespace by its options or its end. */
  private boolean isOfRegistry(int id, long version) {
    return registry.optionsAt(version).containsKey(id)
        || registry.deletedAt(version).contains(id)
        || registry.isDeleted(id);
  }

  private static long time(VersionRows of, @Nullable CommitRow commit) {
    if (commit != null) {
      return commit.timeMicros();
    }
    return of.records().values().stream().mapToLong(RecordRow::timeMicros).max().orElse(0);
  }

  private void commit(long version, @Nullable CommitRow row, List<Write> writes) {
    CommitAttributes said = row == null ? CommitAttributes.NONE : row.attributes();
    CommitAttributes attributes =
        new CommitAttributes(said.actor(), said.source(), null, said.other());
    long committed;
    try {
      committed =
          target
              .commit(
                  WriteBatch.of(writes.isEmpty() ? List.of(NO_EFFECT) : writes, attributes),
                  Durability.ASYNC,
                  COMMIT_WITHIN)
              .join()
              .version();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NacreException cause) {
        throw cause;
      }
      throw e;
    }
    if (committed != version) {
      throw new CorruptionException(
          "version " + version + " became version " + committed + " in the new directory",
          Map.of("version", Long.toString(version)));
    }
    written = version;
    progress.accept(new Progress("versions written", version, rows.lastVersion()));
  }
}
