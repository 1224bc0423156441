package dev.nacre;

import dev.nacre.model.AsOf;
import java.util.Set;

/**
 * Reads one record.
 *
 * @param namespace the namespace
 * @param key the key
 * @param asOf the moment
 * @param spaces embedding spaces whose vectors are read with it; vectors not asked for cost nothing
 */
public record GetRequest(String namespace, String key, AsOf asOf, Set<String> spaces) {
  /** Copies the set. */
  public GetRequest {
    spaces = Set.copyOf(spaces);
  }

  /** Now, without vectors. */
  public static GetRequest of(String namespace, String key) {
    return new GetRequest(namespace, key, AsOf.now(), Set.of());
  }

  /** The same as of another moment. */
  public GetRequest withAsOf(AsOf given) {
    return new GetRequest(namespace, key, given, spaces);
  }

  /** The same with the vectors of these spaces. */
  public GetRequest withSpaces(String... given) {
    return new GetRequest(namespace, key, asOf, Set.of(given));
  }
}
