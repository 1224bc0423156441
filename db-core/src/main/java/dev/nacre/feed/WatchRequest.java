package dev.nacre.feed;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.ScanRequest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows the changes of a namespace, by name: one that is deleted and created again is followed
 * on, one that does not exist yet is waited for.
 *
 * @param namespace the namespace
 * @param prefix only changes of keys that start with it; "" for all. What happens to the namespace
 *     itself always comes
 * @param after changes of every commit after this moment, none of it or before. {@code AsOf.now()}
 *     is the moment of subscribing
 * @param end the last moment of interest, or null to go on for ever; see {@link #until()}
 * @param detail whether records are read with their changes
 * @param spaces embedding spaces whose vectors are read with the records
 * @param pageLimit the most changes that are read at a time, and so the most that are held,
 *     1–10,000
 */
public record WatchRequest(
    String namespace,
    String prefix,
    AsOf after,
    @Nullable AsOf end,
    Detail detail,
    Set<String> spaces,
    int pageLimit) {
  /** What comes with a change. */
  public enum Detail {
    /** What changed: key and parts. The log alone is read. */
    KEYS,
    /** Also the record, as of the version of its change: a look-up for each change. */
    RECORDS
  }

  /** Checks the limit and copies the set. */
  public WatchRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(prefix, "prefix");
    requireNonNull(after, "after");
    requireNonNull(detail, "detail");
    spaces = Set.copyOf(spaces);
    if (pageLimit < 1 || pageLimit > ScanRequest.LIMIT_MAX) {
      throw new ValidationException(
          "watch page limit is " + pageLimit + "; allowed are 1 to " + ScanRequest.LIMIT_MAX);
    }
    if (detail == Detail.KEYS && !spaces.isEmpty()) {
      throw new ValidationException(
          "the watch asks for embeddings of " + spaces + " and not for records; use withRecords",
          Map.of("namespace", namespace));
    }
  }

  /** Every change of a namespace from now on, without records, read a thousand at a time. */
  public static WatchRequest of(String namespace) {
    return new WatchRequest(namespace, "", AsOf.now(), null, Detail.KEYS, Set.of(), 1_000);
  }

  /** The last moment of interest: the stream ends when everything up to it has come. */
  public Optional<AsOf> until() {
    return Optional.ofNullable(end);
  }

  /** The same, only keys that start with {@code value}. */
  public WatchRequest withPrefix(String value) {
    return new WatchRequest(namespace, value, after, end, detail, spaces, pageLimit);
  }

  /**
   * The same, changes after this moment only: {@code AsOf.version(v)} to go on behind a version,
   * {@code AsOf.at(readPoint)} behind what an earlier answer or event has shown, which notices also
   * that the database was restored meanwhile.
   */
  public WatchRequest withAfter(AsOf value) {
    return new WatchRequest(namespace, prefix, value, end, detail, spaces, pageLimit);
  }

  /** The same, ending when everything up to this moment has come. */
  public WatchRequest withUntil(AsOf value) {
    return new WatchRequest(
        namespace, prefix, after, requireNonNull(value, "until"), detail, spaces, pageLimit);
  }

  /** The same with the records as each change left them, and their embeddings in these spaces. */
  public WatchRequest withRecords(String... value) {
    return new WatchRequest(
        namespace, prefix, after, end, Detail.RECORDS, Set.of(value), pageLimit);
  }

  /** The same, reading at most so many changes at a time. */
  public WatchRequest withPageLimit(int value) {
    return new WatchRequest(namespace, prefix, after, end, detail, spaces, value);
  }
}
