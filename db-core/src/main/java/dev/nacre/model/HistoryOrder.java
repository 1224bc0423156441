package dev.nacre.model;

/** In which order a key's versions are listed. */
public enum HistoryOrder {
  /** The last version first. */
  NEWEST_FIRST,
  /** The first version first. */
  OLDEST_FIRST
}
