package dev.nacre;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import java.util.List;
import java.util.Set;

/**
 * Reads records at one moment.
 *
 * @param namespace the namespace
 * @param keys the keys, at most 10,000
 * @param asOf the moment
 * @param spaces embedding spaces whose vectors are read with them
 */
public record GetAllRequest(String namespace, List<String> keys, AsOf asOf, Set<String> spaces) {
  /** The most keys of one request. */
  public static final int KEYS_MAX = 10_000;

  /** Copies the collections and checks the size. */
  public GetAllRequest {
    keys = List.copyOf(keys);
    spaces = Set.copyOf(spaces);
    if (keys.size() > KEYS_MAX) {
      throw new ValidationException("getAll names " + keys.size() + " keys; at most " + KEYS_MAX);
    }
  }

  /** Now, without vectors. */
  public static GetAllRequest of(String namespace, List<String> keys) {
    return new GetAllRequest(namespace, keys, AsOf.now(), Set.of());
  }

  /** The same as of another moment. */
  public GetAllRequest withAsOf(AsOf given) {
    return new GetAllRequest(namespace, keys, given, spaces);
  }

  /** The same with the vectors of these spaces. */
  public GetAllRequest withSpaces(String... given) {
    return new GetAllRequest(namespace, keys, asOf, Set.of(given));
  }
}
