package dev.nacre.store.commit;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Embedding;
import dev.nacre.model.Limits;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.commit.PreparedBatch.HeadRead;
import dev.nacre.store.commit.PreparedBatch.NamespaceWrite;
import dev.nacre.store.commit.PreparedBatch.PreparedWrite;
import dev.nacre.store.commit.PreparedBatch.RecordWrite;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.MetadataCodec;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks a batch against every limit, encodes it, and reads the heads it will supersede from memory
 * when it is small, so that the committer need not. Runs on the caller's thread for small batches,
 * on a pool for large ones. Thread-safe.
 */
public final class CommitPreparer {
  private static final int ROW_OVERHEAD_BYTES = 128;
  private static final int HEADS_READ_MAX = 16;

  /** A batch that overwrites all it touches makes about twice its bytes; eight times is room. */
  private static final long ROWS_PER_BATCH = 8;

  /** Rows of a group lie in one array. */
  private static final long ROW_BYTES_MAX = 1 << 30;

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final Limits limits;
  private final LongSupplier visibleVersion;

  /** A preparer for one store. */
  public CommitPreparer(
      RocksEngine engine, NamespaceRegistry registry, Limits limits, LongSupplier visibleVersion) {
    this.engine = engine;
    this.registry = registry;
    this.limits = limits;
    this.visibleVersion = visibleVersion;
  }

  /** The most bytes of rows that one batch may make, superseded records included. */
  int rowBytesMax() {
    return (int) Math.min(ROW_BYTES_MAX, ROWS_PER_BATCH * limits.batchBytes());
  }

  /** About how many bytes a batch will write, without encoding it. */
  static long estimateBytes(WriteBatch batch) {
    long bytes = ROW_OVERHEAD_BYTES;
    for (Write write : batch.writes()) {
      bytes += ROW_OVERHEAD_BYTES;
      if (write instanceof Write.Upsert upsert) {
        Value value = upsert.value();
        bytes += upsert.key().length() + (value == null ? 0 : value.length());
        bytes += estimateBytes(upsert.metadata());
        for (Embedding embedding : upsert.embeddings()) {
          bytes += 4L * embedding.space().dimension();
        }
      }
    }
    if (batch.check().isPresent()) {
      for (RecordKey locked : batch.check().orElseThrow().locked()) {
        bytes += ROW_OVERHEAD_BYTES + locked.key().length();
      }
    }
    return bytes;
  }

  private static long estimateBytes(@Nullable Metadata metadata) {
    if (metadata == null || metadata.isEmpty()) {
      return 0;
    }
    long bytes = 0;
    for (Map.Entry<String, Object> field : metadata.asMap().entrySet()) {
      bytes += field.getKey().length();
      List<?> scalars = field.getValue() instanceof List<?> list ? list : List.of(field.getValue());
      for (Object scalar : scalars) {
        bytes += scalar instanceof String text ? text.length() : Long.BYTES;
      }
    }
    return bytes;
  }

  /**
   * Checks and encodes a batch.
   *
   * @throws ValidationException when something in it is outside the limits
   */
  PreparedBatch prepare(WriteBatch batch) {
    // Before any head is read: a head that changes after it is caught by the version.
    long readVersion = visibleVersion.getAsLong();
    boolean readHeads = batch.writes().size() <= HEADS_READ_MAX;
    List<PreparedWrite> writes = new ArrayList<>(batch.writes().size());
    long bytes = 0;
    for (Write write : batch.writes()) {
      TextKeys.checkNamespace(write.namespace());
      bytes += ROW_OVERHEAD_BYTES;
      switch (write) {
        case Write.Upsert upsert -> {
          RecordWrite prepared = prepare(upsert, readVersion, readHeads);
          bytes += size(upsert, prepared);
          writes.add(prepared);
        }
        case Write.Delete delete -> {
          byte[] key = TextKeys.key(delete.key());
          bytes += key.length;
          @Nullable HeadRead head =
              readHeads ? readHead(delete.namespace(), key, readVersion) : null;
          writes.add(new RecordWrite(delete, key, null, head));
        }
        case Write.Configure configure -> writes.add(new NamespaceWrite(configure));
        case Write.DeleteNamespace delete -> writes.add(new NamespaceWrite(delete));
      }
      if (bytes > limits.batchBytes()) {
        throw new ValidationException(
            "the batch has more than " + limits.batchBytes() + " bytes, the limit; split it",
            Map.of("limit", "batchBytes", "max", Integer.toString(limits.batchBytes())));
      }
    }
    return new PreparedBatch(
        readHeads ? writes : withHeads(writes, readVersion),
        readVersion,
        prepare(batch.check().orElse(null), readVersion),
        prepareIdempotency(batch, writes));
  }

  /** How many records a batch has to look at. */
  static int records(WriteBatch batch) {
    return batch.writes().size() + batch.check().map(check -> check.locked().size()).orElse(0);
  }

  private PreparedBatch.@Nullable Check prepare(@Nullable SnapshotCheck check, long readVersion) {
    if (check == null) {
      return null;
    }
    List<PreparedBatch.Locked> locked = new ArrayList<>(check.locked().size());
    for (RecordKey record : check.locked()) {
      TextKeys.checkNamespace(record.namespace());
      byte[] key = TextKeys.key(record.key());
      locked.add(
          new PreparedBatch.Locked(
              record.namespace(), key, readHead(record.namespace(), key, readVersion)));
    }
    ReadPoint since = check.readPoint();
    return new PreparedBatch.Check(since.version(), Micros.of(since.instant()), locked);
  }

  private PreparedBatch.@Nullable Idempotency prepareIdempotency(
      WriteBatch batch, List<PreparedWrite> writes) {
    String key = batch.attributes().idempotencyKey();
    if (key == null) {
      return null;
    }
    if (key.isEmpty()) {
      throw new ValidationException("the idempotency key is empty; give none, or a unique text");
    }
    byte[] row = Keys.idempotency(BatchDigest.ofKey(key));
    byte @Nullable [] found = engine.getCached(ColumnFamily.META, row);
    boolean wasRead = !RocksEngine.isNotCached(found);
    return new PreparedBatch.Idempotency(
        key, row, BatchDigest.of(batch, writes), wasRead, wasRead ? found : null);
  }

  /** The same with the heads of a large batch, read at one go and from disk where need be. */
  private List<PreparedWrite> withHeads(List<PreparedWrite> writes, long version) {
    List<byte[]> keys = new ArrayList<>(writes.size());
    List<Integer> namespaceIds = new ArrayList<>(writes.size());
    List<Integer> places = new ArrayList<>(writes.size());
    for (int i = 0; i < writes.size(); i++) {
      if (writes.get(i) instanceof RecordWrite write) {
        NamespaceEntry entry = registry.find(write.write().namespace(), version);
        if (entry != null) {
          keys.add(Keys.head(entry.id(), write.key()));
          namespaceIds.add(entry.id());
          places.add(i);
        }
      }
    }
    List<byte @Nullable []> heads = engine.getAll(ColumnFamily.HEAD, keys);
    for (int i = 0; i < places.size(); i++) {
      if (writes.get(places.get(i)) instanceof RecordWrite write) {
        HeadRead head = new HeadRead(namespaceIds.get(i), heads.get(i));
        writes.set(
            places.get(i), new RecordWrite(write.write(), write.key(), write.metadata(), head));
      }
    }
    return writes;
  }

  private RecordWrite prepare(Write.Upsert upsert, long readVersion, boolean readHeads) {
    byte[] key = TextKeys.key(upsert.key());
    Value value = upsert.value();
    Metadata metadata = upsert.metadata();
    if (value == null
        && metadata == null
        && upsert.embeddings().isEmpty()
        && upsert.expiry() == Write.Expiry.Unchanged.UNCHANGED) {
      throw new ValidationException(
          "the write to "
              + named(upsert)
              + " names no part: give a value, metadata, an embedding or an expiry",
          Map.of("key", upsert.key()));
    }
    if (value != null && value.length() > limits.valueBytes()) {
      throw tooLarge("value", upsert, value.length(), limits.valueBytes());
    }
    byte @Nullable [] encoded = metadata == null ? null : MetadataCodec.encode(metadata);
    if (encoded != null && encoded.length > limits.metadataBytes()) {
      throw tooLarge("metadata", upsert, encoded.length, limits.metadataBytes());
    }
    ExpiryTimes.check(upsert);
    if (upsert.embeddings().size() > 1
        && upsert.embeddings().stream()
                .map(embedding -> embedding.space().name())
                .distinct()
                .count()
            != upsert.embeddings().size()) {
      throw new ValidationException(
          "the write to " + named(upsert) + " has two embeddings in one space",
          Map.of("key", upsert.key()));
    }
    @Nullable HeadRead head = readHeads ? readHead(upsert.namespace(), key, readVersion) : null;
    return new RecordWrite(upsert, key, encoded, head);
  }

  private @Nullable HeadRead readHead(String namespace, byte[] key, long version) {
    NamespaceEntry entry = registry.find(namespace, version);
    if (entry == null) {
      return null;
    }
    byte @Nullable [] row = engine.getCached(ColumnFamily.HEAD, Keys.head(entry.id(), key));
    return RocksEngine.isNotCached(row) ? null : new HeadRead(entry.id(), row);
  }

  private static long size(Write.Upsert upsert, RecordWrite prepared) {
    Value value = upsert.value();
    long bytes = prepared.key().length + (value == null ? 0L : value.length());
    byte[] metadata = prepared.metadata();
    bytes += metadata == null ? 0 : metadata.length;
    for (Embedding embedding : upsert.embeddings()) {
      bytes += VectorRow.length(embedding.space().dimension());
    }
    return bytes;
  }

  private static ValidationException tooLarge(
      String part, Write.Upsert upsert, int bytes, int max) {
    return new ValidationException(
        "the " + part + " of " + named(upsert) + " has " + bytes + " bytes; the limit is " + max,
        Map.of("key", upsert.key(), "limit", part + "Bytes", "max", Integer.toString(max)));
  }

  private static String named(Write.Upsert upsert) {
    return "\"" + upsert.namespace() + "\"/\"" + upsert.key() + "\"";
  }
}
