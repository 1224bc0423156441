package dev.nacre.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A record as of a version. Immutable.
 *
 * <p>{@link #version()} is the version of the last write to any part; each part has its own
 * version, so that an embedding older than the value it was made from is visible.
 */
public final class VersionedRecord {
  private final String namespace;
  private final String key;
  private final long version;
  private final Instant committedAt;
  private final @Nullable Value value;
  private final long valueVersion;
  private final Metadata metadata;
  private final long metadataVersion;
  private final Map<String, Long> embeddingVersions;
  private final Map<String, Embedding> embeddings;
  private final @Nullable Instant expiresAt;
  private final ReadPoint readPoint;

  /** Assembled by the store; users receive records. */
  public VersionedRecord(
      String namespace,
      String key,
      long version,
      Instant committedAt,
      @Nullable Value value,
      long valueVersion,
      Metadata metadata,
      long metadataVersion,
      Map<String, Long> embeddingVersions,
      Map<String, Embedding> embeddings,
      @Nullable Instant expiresAt,
      ReadPoint readPoint) {
    this.namespace = namespace;
    this.key = key;
    this.version = version;
    this.committedAt = committedAt;
    this.value = value;
    this.valueVersion = valueVersion;
    this.metadata = metadata;
    this.metadataVersion = metadataVersion;
    this.embeddingVersions = Map.copyOf(embeddingVersions);
    this.embeddings = Map.copyOf(embeddings);
    this.expiresAt = expiresAt;
    this.readPoint = readPoint;
  }

  /** The namespace it lives in. */
  public String namespace() {
    return namespace;
  }

  /** Its key. */
  public String key() {
    return key;
  }

  /** The version of the last write to any part of it. */
  public long version() {
    return version;
  }

  /** When that version was committed. */
  public Instant committedAt() {
    return committedAt;
  }

  /** The value; empty for a record that has embeddings or metadata only. */
  public Optional<Value> value() {
    return Optional.ofNullable(value);
  }

  /** The version that wrote the value, when there is one. */
  public OptionalLong valueVersion() {
    return valueVersion == 0 ? OptionalLong.empty() : OptionalLong.of(valueVersion);
  }

  /** The metadata, empty when none was written. */
  public Metadata metadata() {
    return metadata;
  }

  /** The version that wrote the metadata, when some was written. */
  public OptionalLong metadataVersion() {
    return metadataVersion == 0 ? OptionalLong.empty() : OptionalLong.of(metadataVersion);
  }

  /** The embedding spaces it has a vector in, each with the version that wrote it. */
  public Map<String, Long> embeddingVersions() {
    return embeddingVersions;
  }

  /** The embeddings that the read asked for, by space. */
  public Map<String, Embedding> embeddings() {
    return embeddings;
  }

  /** When it expires. */
  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(expiresAt);
  }

  /** The version and instant this was read at. */
  public ReadPoint readPoint() {
    return readPoint;
  }

  @Override
  public String toString() {
    return "VersionedRecord[" + namespace + "/" + key + " @" + version + "]";
  }
}
