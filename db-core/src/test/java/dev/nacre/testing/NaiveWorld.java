package dev.nacre.testing;

import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything there is at one version, as plain maps. A commit copies the world of the version
 * before and changes the copy, so reading the past is reading another world.
 *
 * @param version its version
 * @param committedAt its commit time
 * @param namespaces the live namespaces by name
 */
record NaiveWorld(long version, Instant committedAt, Map<String, NaiveNamespace> namespaces) {
  /** Keys in the order of their UTF-8 bytes. */
  static final Comparator<String> KEY_ORDER =
      (left, right) ->
          Arrays.compareUnsigned(
              left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

  static NaiveWorld empty() {
    return new NaiveWorld(0, Instant.EPOCH, Map.of());
  }

  /** A copy to be changed by the next commit. */
  NaiveWorld successor(Instant time) {
    Map<String, NaiveNamespace> copies = new TreeMap<>();
    namespaces.forEach((name, namespace) -> copies.put(name, namespace.copy()));
    return new NaiveWorld(version + 1, time, copies);
  }

  /** One incarnation of a namespace. */
  static final class NaiveNamespace {
    final String name;
    final int incarnation;
    final long createdVersion;
    NamespaceOptions options = NamespaceOptions.DEFAULT;
    final Map<String, EmbeddingSpace> spaces = new LinkedHashMap<>();
    final TreeMap<String, NaiveState> states = new TreeMap<>(KEY_ORDER);

    NaiveNamespace(String name, int incarnation, long createdVersion) {
      this.name = name;
      this.incarnation = incarnation;
      this.createdVersion = createdVersion;
    }

    NaiveNamespace copy() {
      NaiveNamespace copy = new NaiveNamespace(name, incarnation, createdVersion);
      copy.options = options;
      copy.spaces.putAll(spaces);
      copy.states.putAll(states);
      return copy;
    }
  }

  /**
   * What the newest write left of a key: a record, or a tombstone.
   *
   * @param version the version of that write
   * @param committedAt its commit time
   * @param deleted whether it is a tombstone; everything below is empty then
   * @param value the value or null
   * @param valueVersion the version that wrote it, 0 without
   * @param metadata the metadata
   * @param metadataVersion the version that wrote it, 0 without
   * @param embeddings by space
   * @param expiresAt the expiry or null
   */
  record NaiveState(
      long version,
      Instant committedAt,
      boolean deleted,
      @Nullable Value value,
      long valueVersion,
      Metadata metadata,
      long metadataVersion,
      Map<String, NaiveEmbedding> embeddings,
      @Nullable Instant expiresAt) {
    static NaiveState tombstone(long version, Instant committedAt) {
      return new NaiveState(version, committedAt, true, null, 0, Metadata.EMPTY, 0, Map.of(), null);
    }

    boolean isLive(Instant at) {
      return !deleted && (expiresAt == null || expiresAt.isAfter(at));
    }
  }

  /**
   * An embedding and the version that wrote it.
   *
   * @param embedding the embedding
   * @param version the version
   */
  record NaiveEmbedding(Embedding embedding, long version) {}
}
