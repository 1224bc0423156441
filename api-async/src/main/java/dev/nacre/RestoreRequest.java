package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Write.Expiry;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the state of a moment as a new version on top of the newest: of one key, or of all keys
 * with a prefix, in one commit.
 *
 * <p><b>What is restored</b> is the whole record: value, metadata and embeddings as they were, and
 * nothing else; a key that was absent is deleted. All parts get the new version.
 *
 * <p><b>Expiry.</b> A record gets the instant back at which it was to expire, and none if it had
 * none, whatever the namespace's time to live is. When that instant has passed, the restore is
 * refused, unless {@link #withExpiry} says what the expiry shall be.
 *
 * <p><b>Meanwhile.</b> The restore of a key overwrites whatever it finds; give a condition to be
 * told of a change instead. The restore of a prefix writes the keys that differ, each under the
 * condition that it is still what it was when the restore began: {@code ConflictException} names
 * one that is not. Keys that somebody writes meanwhile for the first time, or that did not differ,
 * stay.
 *
 * <p><b>Attributes.</b> The commit's say {@code restoredVersion} and {@code restoredKey} or {@code
 * restoredPrefix}, beside those that are given.
 *
 * @param namespace the namespace
 * @param key the key, or null for all keys with the prefix
 * @param prefix of the keys when there is no key; "" for the whole namespace
 * @param asOf whose state
 * @param condition what must hold for the key now; none for a prefix
 * @param expiry the expiry of what is restored, or null for that of the old state
 * @param attributes what the commit says of itself; without an idempotency key for a prefix, whose
 *     restore finds nothing to do when it is retried
 * @param options durability and timeout
 */
public record RestoreRequest(
    String namespace,
    @Nullable String key,
    String prefix,
    AsOf asOf,
    WriteCondition condition,
    @Nullable Expiry expiry,
    CommitAttributes attributes,
    WriteOptions options) {
  /** Checks the parts. */
  public RestoreRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(prefix, "prefix");
    requireNonNull(asOf, "asOf");
    requireNonNull(condition, "condition");
    requireNonNull(attributes, "attributes");
    requireNonNull(options, "options");
    if (key != null && !prefix.isEmpty()) {
      throw new ValidationException(
          "the restore names key \"" + key + "\" and prefix \"" + prefix + "\"; name one of them",
          Map.of("key", key, "prefix", prefix));
    }
    if (key == null && !condition.equals(WriteCondition.none())) {
      throw new ValidationException(
          "the restore of a prefix has conditions of its own; " + condition + " cannot be added",
          Map.of("prefix", prefix));
    }
    if (key == null && attributes.idempotencyKey() != null) {
      throw new ValidationException(
          "the restore of a prefix takes no idempotency key: what it writes follows from what it"
              + " finds; retry it without one, a second time there is nothing to restore",
          Map.of("prefix", prefix));
    }
  }

  /** One key, without a condition. */
  public static RestoreRequest of(String namespace, String key, AsOf asOf) {
    return new RestoreRequest(
        namespace,
        requireNonNull(key, "key"),
        "",
        asOf,
        WriteCondition.none(),
        null,
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  /** Every key that starts with {@code prefix}; "" for the whole namespace. */
  public static RestoreRequest ofPrefix(String namespace, String prefix, AsOf asOf) {
    return new RestoreRequest(
        namespace,
        null,
        prefix,
        asOf,
        WriteCondition.none(),
        null,
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  /** The same under this condition. */
  public RestoreRequest withCondition(WriteCondition with) {
    return new RestoreRequest(namespace, key, prefix, asOf, with, expiry, attributes, options);
  }

  /** The same; what is restored expires as {@code with} says. */
  public RestoreRequest withExpiry(Expiry with) {
    return new RestoreRequest(
        namespace,
        key,
        prefix,
        asOf,
        condition,
        requireNonNull(with, "expiry"),
        attributes,
        options);
  }

  /** The same, saying this of itself. */
  public RestoreRequest withAttributes(CommitAttributes with) {
    return new RestoreRequest(namespace, key, prefix, asOf, condition, expiry, with, options);
  }

  /** The same with these options. */
  public RestoreRequest withOptions(WriteOptions with) {
    return new RestoreRequest(namespace, key, prefix, asOf, condition, expiry, attributes, with);
  }

  /** The same, acknowledged by {@code with}. */
  public RestoreRequest withDurability(Durability with) {
    return withOptions(options.withDurability(with));
  }

  /** The same, waiting at most {@code with}. */
  public RestoreRequest withTimeout(Duration with) {
    return withOptions(options.withTimeout(with));
  }
}
