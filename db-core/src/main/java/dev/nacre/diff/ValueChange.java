package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Value;
import org.jspecify.annotations.Nullable;

/** What became of a value that is not the same after. */
public sealed interface ValueChange {

  /**
   * A JSON document became another one.
   *
   * @param patch makes the one after of the one before
   */
  record Patched(JsonPatch patch) implements ValueChange {
    /** Refuses null. */
    public Patched {
      requireNonNull(patch, "patch");
    }
  }

  /**
   * There was none before, there is none after, or bytes or their media type differ: see the
   * records.
   */
  enum Replaced implements ValueChange {
    /** The only instance. */
    REPLACED
  }

  /**
   * What became of a value. JSON documents are compared as trees: white space, the order of fields
   * and how a number is written make no difference.
   *
   * @return null when it is the same
   */
  static @Nullable ValueChange between(@Nullable Value before, @Nullable Value after) {
    if (before == null || after == null) {
      return before == null && after == null ? null : Replaced.REPLACED;
    }
    if (before.equals(after)) {
      return null;
    }
    if (before instanceof Value.Json left && after instanceof Value.Json right) {
      JsonPatch patch = JsonPatch.between(left.asTree(), right.asTree());
      return patch.operations().isEmpty() ? null : new Patched(patch);
    }
    return Replaced.REPLACED;
  }
}
