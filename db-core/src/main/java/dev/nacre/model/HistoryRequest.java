package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the versions of a key, tombstones included.
 *
 * @param namespace the namespace
 * @param key the key
 * @param limit the most entries of one page, 1–10,000
 * @param cursor where an earlier page ended, or null
 * @param asOf only versions up to this moment
 * @param order from which end; a cursor continues in the order of its page and refuses the other
 */
public record HistoryRequest(
    String namespace,
    String key,
    int limit,
    @Nullable String cursor,
    AsOf asOf,
    HistoryOrder order) {
  /** Checks the limit. */
  public HistoryRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(asOf, "asOf");
    requireNonNull(order, "order");
    if (limit < 1 || limit > ScanRequest.LIMIT_MAX) {
      throw new ValidationException(
          "history limit is " + limit + "; allowed are 1 to " + ScanRequest.LIMIT_MAX);
    }
  }

  /** The newest 100 versions, newest first. */
  public static HistoryRequest of(String namespace, String key) {
    return new HistoryRequest(namespace, key, 100, null, AsOf.now(), HistoryOrder.NEWEST_FIRST);
  }

  /** The same with pages of at most {@code value}. */
  public HistoryRequest withLimit(int value) {
    return new HistoryRequest(namespace, key, value, cursor, asOf, order);
  }

  /** The same, continued where a page ended. */
  public HistoryRequest withCursor(@Nullable String value) {
    return new HistoryRequest(namespace, key, limit, value, asOf, order);
  }

  /** The same, only versions up to a moment. */
  public HistoryRequest withAsOf(AsOf value) {
    return new HistoryRequest(namespace, key, limit, cursor, value, order);
  }

  /** The same from this end. */
  public HistoryRequest withOrder(HistoryOrder value) {
    return new HistoryRequest(namespace, key, limit, cursor, asOf, value);
  }
}
