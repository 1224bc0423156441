package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads several records of a namespace at one read point.
 *
 * @param namespace the namespace
 * @param keys the keys, at most 10,000; a key may be there twice
 * @param asOf the moment
 * @param spaces embedding spaces whose vectors are read too
 */
public record GetAllRequest(String namespace, List<String> keys, AsOf asOf, Set<String> spaces) {
  /** The most keys of one request. */
  public static final int KEYS_MAX = 10_000;

  /** Checks the parts and copies the collections. */
  public GetAllRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(asOf, "asOf");
    keys = Parts.list(keys, "keys");
    spaces = Parts.set(spaces, "spaces");
    if (keys.size() > KEYS_MAX) {
      throw new ValidationException(
          "getAll of " + keys.size() + " keys; at most " + KEYS_MAX,
          Map.of("namespace", namespace, "keys", Integer.toString(keys.size())));
    }
  }

  /** The records now, without embeddings. */
  public static GetAllRequest of(String namespace, List<String> keys) {
    return new GetAllRequest(namespace, keys, AsOf.now(), Set.of());
  }

  /** The same as of another moment. */
  public GetAllRequest withAsOf(AsOf with) {
    return new GetAllRequest(namespace, keys, with, spaces);
  }

  /** The same with the embeddings of these spaces. */
  public GetAllRequest withSpaces(String... with) {
    return new GetAllRequest(
        namespace, keys, asOf, Parts.set(Arrays.asList(requireNonNull(with, "spaces")), "spaces"));
  }
}
