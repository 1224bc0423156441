package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.time.Duration;

/**
 * Removes a record with all its parts; its history stays.
 *
 * @param namespace the namespace
 * @param key the key
 * @param condition what must hold
 * @param attributes what the commit says of itself
 * @param options durability and timeout
 */
public record DeleteRequest(
    String namespace,
    String key,
    WriteCondition condition,
    CommitAttributes attributes,
    WriteOptions options) {
  /** Checks the parts. */
  public DeleteRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(condition, "condition");
    requireNonNull(attributes, "attributes");
    requireNonNull(options, "options");
  }

  /** Without a condition. */
  public static DeleteRequest of(String namespace, String key) {
    return new DeleteRequest(
        namespace, key, WriteCondition.none(), CommitAttributes.NONE, WriteOptions.DEFAULT);
  }

  /** The same under this condition. */
  public DeleteRequest withCondition(WriteCondition with) {
    return new DeleteRequest(namespace, key, with, attributes, options);
  }

  /** The same, only while the record's version is {@code version}. */
  public DeleteRequest ifVersion(long version) {
    return withCondition(WriteCondition.ifVersion(version));
  }

  /** The same, saying this of itself. */
  public DeleteRequest withAttributes(CommitAttributes with) {
    return new DeleteRequest(namespace, key, condition, with, options);
  }

  /** The same with these options. */
  public DeleteRequest withOptions(WriteOptions with) {
    return new DeleteRequest(namespace, key, condition, attributes, with);
  }

  /** The same, acknowledged by {@code with}. */
  public DeleteRequest withDurability(Durability with) {
    return withOptions(options.withDurability(with));
  }

  /** The same, waiting at most {@code with}. */
  public DeleteRequest withTimeout(Duration with) {
    return withOptions(options.withTimeout(with));
  }

  Write.Delete write() {
    return new Write.Delete(namespace, key, condition);
  }
}
