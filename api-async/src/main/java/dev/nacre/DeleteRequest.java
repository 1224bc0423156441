package dev.nacre;

import dev.nacre.model.WriteCondition;

/**
 * Deletes a record.
 *
 * @param namespace the namespace
 * @param key the key
 * @param condition what must hold
 * @param options how the commit is made
 */
public record DeleteRequest(
    String namespace, String key, WriteCondition condition, WriteOptions options) {
  /** Unconditionally. */
  public static DeleteRequest of(String namespace, String key) {
    return new DeleteRequest(namespace, key, WriteCondition.none(), WriteOptions.DEFAULT);
  }

  /** The same under a condition. */
  public DeleteRequest withCondition(WriteCondition given) {
    return new DeleteRequest(namespace, key, given, options);
  }

  /** The same made in another way. */
  public DeleteRequest withOptions(WriteOptions given) {
    return new DeleteRequest(namespace, key, condition, given);
  }
}
