package dev.nacre.model;

/** What a commit did to a record. */
public enum Operation {
  /** The record was created or some of its parts were changed. */
  UPSERT,
  /** The record was deleted: a tombstone. */
  DELETE
}
