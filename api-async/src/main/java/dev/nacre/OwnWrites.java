package dev.nacre;

import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The writes of a transaction, and what they make of the records they meet. For one lock. */
final class OwnWrites {
  /** Keys are ordered by their bytes of UTF-8, as in the store. */
  static final Comparator<String> KEY_ORDER =
      (left, right) ->
          Arrays.compareUnsigned(
              left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

  private final List<Write> all = new ArrayList<>();
  private final Map<String, NavigableMap<String, List<Write>>> byRecord = new HashMap<>();

  void add(String key, Write write) {
    all.add(write);
    byRecord
        .computeIfAbsent(write.namespace(), _ -> new TreeMap<>(KEY_ORDER))
        .computeIfAbsent(key, _ -> new ArrayList<>())
        .add(write);
  }

  List<Write> all() {
    return List.copyOf(all);
  }

  /** The writes to a record, in order. */
  List<Write> to(String namespace, String key) {
    NavigableMap<String, List<Write>> records = byRecord.get(namespace);
    return records == null ? List.of() : List.copyOf(records.getOrDefault(key, List.of()));
  }

  /** The writes to the records of a range, by key. */
  NavigableMap<String, List<Write>> in(ScanRequest range) {
    NavigableMap<String, List<Write>> found = new TreeMap<>(KEY_ORDER);
    NavigableMap<String, List<Write>> records = byRecord.get(range.namespace());
    if (records == null) {
      return found;
    }
    String from = range.from();
    String to = range.to();
    (from == null ? records : records.tailMap(from, true))
        .forEach(
            (key, writes) -> {
              if (key.startsWith(range.prefix())
                  && (to == null || KEY_ORDER.compare(key, to) < 0)) {
                found.put(key, List.copyOf(writes));
              }
            });
    return found;
  }

  /**
   * A record after writes.
   *
   * @param stored as it is at the read point, or null
   * @param spaces the embedding spaces that were asked for
   */
  static @Nullable VersionedRecord after(
      @Nullable VersionedRecord stored,
      String key,
      List<Write> writes,
      Set<String> spaces,
      ReadPoint at) {
    @Nullable VersionedRecord record = stored;
    for (Write write : writes) {
      record =
          switch (write) {
            case Write.Upsert upsert -> after(record, key, upsert, spaces, at);
            case Write.Delete _ -> null;
            case Write.Configure configure ->
                throw new IllegalStateException("not a write to a record: " + configure);
            case Write.DeleteNamespace delete ->
                throw new IllegalStateException("not a write to a record: " + delete);
          };
    }
    return record;
  }

  private static @Nullable VersionedRecord after(
      @Nullable VersionedRecord before,
      String key,
      Write.Upsert upsert,
      Set<String> spaces,
      ReadPoint at) {
    @Nullable Instant expiresAt = expiry(before, upsert.expiry(), at);
    if (expiresAt != null && !expiresAt.isAfter(at.instant())) {
      return null;
    }
    Map<String, Long> versions = new HashMap<>();
    Map<String, Embedding> embeddings = new HashMap<>();
    if (before != null) {
      versions.putAll(before.embeddingVersions());
      embeddings.putAll(before.embeddings());
    }
    for (Embedding embedding : upsert.embeddings()) {
      versions.put(embedding.space().name(), 0L);
      if (spaces.contains(embedding.space().name())) {
        embeddings.put(embedding.space().name(), embedding);
      }
    }
    Value value = upsert.value();
    Metadata metadata = upsert.metadata();
    return new VersionedRecord(
        upsert.namespace(),
        key,
        0,
        at.instant(),
        value != null || before == null ? value : before.value().orElse(null),
        value != null || before == null ? 0 : before.valueVersion().orElse(0),
        metadata != null ? metadata : before == null ? Metadata.EMPTY : before.metadata(),
        metadata != null || before == null ? 0 : before.metadataVersion().orElse(0),
        versions,
        embeddings,
        expiresAt,
        at);
  }

  private static @Nullable Instant expiry(
      @Nullable VersionedRecord before, Write.Expiry expiry, ReadPoint at) {
    return switch (expiry) {
      case Write.Expiry.Unchanged _ -> before == null ? null : before.expiresAt().orElse(null);
      case Write.Expiry.Never _ -> null;
      case Write.Expiry.At stated -> stated.instant();
      case Write.Expiry.After after -> at.instant().plus(after.duration());
    };
  }
}
