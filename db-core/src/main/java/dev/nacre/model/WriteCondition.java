package dev.nacre.model;

import dev.nacre.error.ValidationException;
import java.util.Map;

/**
 * What must hold for a write, judged in commit order; otherwise the whole batch fails with a
 * conflict that names the key.
 */
public sealed interface WriteCondition {

  /** No condition. */
  static WriteCondition none() {
    return None.NONE;
  }

  /** The record's current version must be this one. */
  static WriteCondition ifVersion(long version) {
    return new IfVersion(version);
  }

  /** There must be no live record. */
  static WriteCondition ifAbsent() {
    return IfAbsent.IF_ABSENT;
  }

  /** No condition. */
  enum None implements WriteCondition {
    /** The only instance. */
    NONE
  }

  /** No live record. */
  enum IfAbsent implements WriteCondition {
    /** The only instance. */
    IF_ABSENT
  }

  /**
   * The record's version.
   *
   * @param version the version that was read, 1 or more
   */
  record IfVersion(long version) implements WriteCondition {
    /** Checks the range. */
    public IfVersion {
      if (version < 1) {
        throw new ValidationException(
            "ifVersion is " + version + "; versions start at 1, for an absent record say ifAbsent",
            Map.of("version", Long.toString(version)));
      }
    }
  }
}
