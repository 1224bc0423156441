package dev.nacre.model;

import java.util.List;

/**
 * A namespace as of a version.
 *
 * @param name its name, 1–256 bytes of UTF-8
 * @param id its id, never used twice: a namespace deleted and created again has another one
 * @param createdVersion the version that created it
 * @param options its options
 * @param spaces the embedding spaces fixed so far
 */
public record Namespace(
    String name,
    int id,
    long createdVersion,
    NamespaceOptions options,
    List<EmbeddingSpace> spaces) {
  /** Copies the list. */
  public Namespace {
    spaces = List.copyOf(spaces);
  }
}
