package dev.nacre.runtime;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.RecordDiff;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the batch that writes an old state on top of the newest. For one thread.
 *
 * <p>A write changes only the parts it names, so a record is deleted and written in one commit:
 * what it did not have then it does not have afterwards, whatever was written meanwhile. That needs
 * no knowledge of the newest state, so nothing can come in between.
 */
final class Restoring {
  /** What a write costs beside its value and vectors, about. */
  private static final int WRITE_BYTES = 256;

  private final Store store;
  private final Call.Restore restore;
  private final ReadPoint then;
  private final ReadPoint now;
  private final Set<String> spaces;
  private final List<Write> writes = new ArrayList<>();
  private long bytes;

  private Restoring(Store store, Call.Restore restore, ReadPoint then) {
    this.store = store;
    this.restore = restore;
    this.then = then;
    this.now = store.now();
    this.spaces =
        store.namespace(then, restore.namespace()).map(Restoring::spaceNames).orElse(Set.of());
  }

  private static Set<String> spaceNames(Namespace namespace) {
    return namespace.spaces().stream().map(EmbeddingSpace::name).collect(Collectors.toSet());
  }

  /**
   * The batch.
   *
   * @throws ValidationException when the old state has expired since, there is nothing to restore,
   *     or too much
   */
  static WriteBatch batch(Store store, Call.Restore restore) {
    // What is read must not be dropped meanwhile.
    try (Pin pin = store.pin(restore.asOf())) {
      Restoring restoring = new Restoring(store, restore, pin.readPoint());
      String key = restore.key();
      if (key == null) {
        restoring.addRange();
      } else {
        restoring.add(key, restore.condition());
      }
      return WriteBatch.of(restoring.writes, restoring.attributes());
    }
  }

  /** Every record that differs, under the condition that it is still what it is now. */
  private void addRange() {
    DiffRequest request =
        DiffRequest.of(restore.namespace(), AsOf.at(now), AsOf.at(then))
            .withPrefix(restore.prefix());
    @Nullable String cursor = null;
    do {
      DiffPage page = store.diff(request.withCursor(cursor));
      for (RecordDiff diff : page.items()) {
        add(
            diff.key(),
            diff.before()
                .map(current -> WriteCondition.ifVersion(current.version()))
                .orElse(WriteCondition.ifAbsent()));
      }
      cursor = page.cursor();
    } while (cursor != null);
    if (writes.isEmpty()) {
      throw new ValidationException(
          "nothing of namespace \""
              + restore.namespace()
              + "\""
              + (restore.prefix().isEmpty() ? "" : " under \"" + restore.prefix() + "\"")
              + " differs from version "
              + then.version()
              + ": there is nothing to restore",
          Map.of("namespace", restore.namespace(), "version", Long.toString(then.version())));
    }
  }

  private void add(String key, WriteCondition condition) {
    writes.add(new Write.Delete(restore.namespace(), key, condition));
    bytes += WRITE_BYTES;
    Optional<VersionedRecord> old = store.get(then, restore.namespace(), key, spaces);
    if (old.isPresent()) {
      Write.Upsert write = upsert(old.get());
      writes.add(write);
      Value value = write.value();
      bytes += value == null ? 0 : value.length();
      for (Embedding embedding : write.embeddings()) {
        bytes += 4L * embedding.space().dimension();
      }
    }
    if (bytes > restore.batchBytes()) {
      throw new ValidationException(
          "what is to be restored has more than "
              + restore.batchBytes()
              + " bytes, the limit of a commit; restore smaller prefixes",
          Map.of("limit", "batchBytes", "max", Long.toString(restore.batchBytes())));
    }
  }

  private Write.Upsert upsert(VersionedRecord old) {
    return new Write.Upsert(
        old.namespace(),
        old.key(),
        old.value().orElse(null),
        old.metadataVersion().isPresent() ? old.metadata() : null,
        List.copyOf(old.embeddings().values()),
        expiry(old),
        WriteCondition.none());
  }

  /** That of the old state, if it is still to come: nobody wants a record that is expired. */
  private Write.Expiry expiry(VersionedRecord old) {
    Write.Expiry stated = restore.expiry();
    if (stated != null) {
      return stated;
    }
    Instant expiresAt = old.expiresAt().orElse(null);
    if (expiresAt == null) {
      return Write.Expiry.Never.NEVER;
    }
    if (!expiresAt.isAfter(now.instant())) {
      throw new ValidationException(
          "record \""
              + old.key()
              + "\" of namespace \""
              + old.namespace()
              + "\" has expired at "
              + expiresAt
              + ": restored as it was, it would be absent; say with withExpiry when it shall expire"
              + " now, or that it shall not",
          Map.of(
              "namespace", old.namespace(), "key", old.key(), "expiresAt", expiresAt.toString()));
    }
    return new Write.Expiry.At(expiresAt);
  }

  private CommitAttributes attributes() {
    CommitAttributes given = restore.attributes();
    Map<String, String> other = new HashMap<>(given.other());
    other.put("restoredVersion", Long.toString(then.version()));
    String key = restore.key();
    if (key == null) {
      other.put("restoredPrefix", restore.prefix());
    } else {
      other.put("restoredKey", key);
    }
    return new CommitAttributes(given.actor(), given.source(), given.idempotencyKey(), other);
  }
}
