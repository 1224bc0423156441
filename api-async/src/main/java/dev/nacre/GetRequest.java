package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.AsOf;
import java.util.Arrays;
import java.util.Set;

/**
 * Reads one record.
 *
 * @param namespace the namespace
 * @param key the key
 * @param asOf the moment
 * @param spaces embedding spaces whose vectors are read too; vectors cost extra look-ups
 */
public record GetRequest(String namespace, String key, AsOf asOf, Set<String> spaces) {
  /** Checks the parts and copies the set. */
  public GetRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(asOf, "asOf");
    spaces = Parts.set(spaces, "spaces");
  }

  /** The record now, without embeddings. */
  public static GetRequest of(String namespace, String key) {
    return new GetRequest(namespace, key, AsOf.now(), Set.of());
  }

  /** The same as of another moment. */
  public GetRequest withAsOf(AsOf with) {
    return new GetRequest(namespace, key, with, spaces);
  }

  /** The same with the embeddings of these spaces. */
  public GetRequest withSpaces(String... with) {
    return new GetRequest(
        namespace, key, asOf, Parts.set(Arrays.asList(requireNonNull(with, "spaces")), "spaces"));
  }
}
