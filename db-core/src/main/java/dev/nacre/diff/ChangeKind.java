package dev.nacre.diff;

/** How something differs between two moments. */
public enum ChangeKind {
  /** Absent before, there after. */
  ADDED,
  /** There before, absent after. */
  REMOVED,
  /** There at both, and not the same. */
  CHANGED
}
