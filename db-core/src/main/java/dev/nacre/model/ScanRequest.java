package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import org.jspecify.annotations.Nullable;

/**
 * An ordered read of a range of keys, ascending bytewise.
 *
 * @param namespace the namespace
 * @param prefix only keys that start with this; "" for all
 * @param from the first key, inclusive, or null
 * @param to the last key, exclusive, or null
 * @param limit the most records of one page, 1–10,000; a page also ends early at about 8 MiB, and
 *     with a filter when it has looked at so many records that somebody may be waiting: then it may
 *     be empty, and still not the last
 * @param cursor where an earlier page ended, or null; it carries the version, which then wins over
 *     {@code asOf}
 * @param asOf the moment
 * @param filter only records whose metadata and declared fields match, or null; a {@code
 *     dev.nacre.filter.Filter}
 */
public record ScanRequest(
    String namespace,
    String prefix,
    @Nullable String from,
    @Nullable String to,
    int limit,
    @Nullable String cursor,
    AsOf asOf,
    @Nullable RecordCondition filter) {
  /** The most records of one page. */
  public static final int LIMIT_MAX = 10_000;

  /** Checks the limit. */
  public ScanRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(prefix, "prefix");
    requireNonNull(asOf, "asOf");
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ValidationException("scan limit is " + limit + "; allowed are 1 to " + LIMIT_MAX);
    }
  }

  /** Every record of a namespace, now, in pages of 1,000. */
  public static ScanRequest of(String namespace) {
    return new ScanRequest(namespace, "", null, null, 1_000, null, AsOf.now(), null);
  }

  /** The same, only keys that start with {@code value}. */
  public ScanRequest withPrefix(String value) {
    return new ScanRequest(namespace, value, from, to, limit, cursor, asOf, filter);
  }

  /**
   * The same, only keys from {@code first} (inclusive) to {@code end} (exclusive); null leaves a
   * side open.
   */
  public ScanRequest withRange(@Nullable String first, @Nullable String end) {
    return new ScanRequest(namespace, prefix, first, end, limit, cursor, asOf, filter);
  }

  /** The same with pages of at most {@code value}. */
  public ScanRequest withLimit(int value) {
    return new ScanRequest(namespace, prefix, from, to, value, cursor, asOf, filter);
  }

  /** The same, continued where a page ended. */
  public ScanRequest withCursor(@Nullable String value) {
    return new ScanRequest(namespace, prefix, from, to, limit, value, asOf, filter);
  }

  /** The same as of another moment. */
  public ScanRequest withAsOf(AsOf value) {
    return new ScanRequest(namespace, prefix, from, to, limit, cursor, value, filter);
  }

  /**
   * The same, only records whose metadata and declared fields match; null for all. Every record of
   * the range is read all the same: a filter saves what is handed out, not what is looked at.
   */
  public ScanRequest withFilter(@Nullable RecordCondition value) {
    return new ScanRequest(namespace, prefix, from, to, limit, cursor, asOf, value);
  }
}
