package dev.nacre.store;

import dev.nacre.store.commit.NamespaceEntry;

/**
 * A place in the changes of a namespace name. They are in the order of version, then of
 * incarnation, then of ordinal: {@link #CREATED}, the log's ordinals, {@link #DELETED}.
 *
 * @param version everything before this version is behind
 * @param namespaceId of this version, everything of incarnations with smaller ids is behind
 * @param ordinal of this version and incarnation, everything up to and with this ordinal is behind
 */
public record FeedPosition(long version, int namespaceId, int ordinal) {
  /** Place of the creation of a namespace among its changes in one commit. */
  static final int CREATED = -1;

  /** Place of the deletion of a namespace among its changes in one commit. */
  static final int DELETED = Integer.MAX_VALUE;

  /** Behind everything of a version. */
  public static FeedPosition after(long version) {
    return new FeedPosition(version, Integer.MAX_VALUE, DELETED);
  }

  /** Whether a change is still to come. */
  boolean isBefore(long ofVersion, NamespaceEntry of, int ofOrdinal) {
    if (version != ofVersion) {
      return version < ofVersion;
    }
    return namespaceId == of.id() ? ordinal < ofOrdinal : namespaceId < of.id();
  }

  /** The version of the first log row of an incarnation that may still be to come. */
  long nextVersion(NamespaceEntry of) {
    return namespaceId > of.id() ? version + 1 : version;
  }

  /** The ordinal of that row. */
  int nextOrdinal(NamespaceEntry of) {
    return namespaceId == of.id() ? ordinal + 1 : 0;
  }
}
