package dev.nacre.maintain;

/** What a purge is of. */
public enum PurgeKind {
  /** One key. */
  KEY,
  /** Every key with a prefix. */
  PREFIX,
  /** A namespace with everything in it, and all namespaces of that name before it. */
  NAMESPACE
}
