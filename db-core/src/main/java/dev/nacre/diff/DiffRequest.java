package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.ScanRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares a namespace, the keys with a prefix, or one key between two moments, which may be in
 * either order.
 *
 * @param namespace the namespace
 * @param key the one key to compare, or null
 * @param prefix only keys that start with this; "" for all
 * @param from the moment before
 * @param to the moment after
 * @param limit the most differences of one page, 1–10,000; a page also ends early at about 8 MiB,
 *     and after some 100,000 keys looked at, so it may be empty and still go on
 * @param cursor where an earlier page ended, or null; it carries both moments, which then win over
 *     {@code from} and {@code to}
 */
public record DiffRequest(
    String namespace,
    @Nullable String key,
    String prefix,
    AsOf from,
    AsOf to,
    int limit,
    @Nullable String cursor) {
  /** Checks the limit, and that there is a key or a prefix and not both. */
  public DiffRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(prefix, "prefix");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    if (limit < 1 || limit > ScanRequest.LIMIT_MAX) {
      throw new ValidationException(
          "diff limit is " + limit + "; allowed are 1 to " + ScanRequest.LIMIT_MAX);
    }
    if (key != null && !prefix.isEmpty()) {
      throw new ValidationException(
          "the diff names key \"" + key + "\" and prefix \"" + prefix + "\"; name one of them",
          Map.of("key", key, "prefix", prefix));
    }
  }

  /** Everything that differs in a namespace, in pages of 1,000. */
  public static DiffRequest of(String namespace, AsOf from, AsOf to) {
    return new DiffRequest(namespace, null, "", from, to, 1_000, null);
  }

  /** The same for one key. */
  public DiffRequest withKey(String value) {
    return new DiffRequest(
        namespace, requireNonNull(value, "key"), prefix, from, to, limit, cursor);
  }

  /** The same for the keys that start with {@code value}. */
  public DiffRequest withPrefix(String value) {
    return new DiffRequest(namespace, key, value, from, to, limit, cursor);
  }

  /** The same with pages of at most {@code value}. */
  public DiffRequest withLimit(int value) {
    return new DiffRequest(namespace, key, prefix, from, to, value, cursor);
  }

  /** The same, continued where a page ended. */
  public DiffRequest withCursor(@Nullable String value) {
    return new DiffRequest(namespace, key, prefix, from, to, limit, value);
  }
}
