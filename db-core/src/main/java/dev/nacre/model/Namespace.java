package dev.nacre.model;

import static java.util.Objects.requireNonNull;

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
    requireNonNull(name, "name");
    requireNonNull(options, "options");
    requireNonNull(spaces, "spaces");
    spaces = List.copyOf(spaces);
  }
}
