package dev.nacre.model;

/** How near two vectors are. A higher score is always nearer. */
public enum Metric {
  /** Cosine of the angle, −1 to 1. Zero vectors are refused. */
  COSINE,
  /** Inner product, unbounded. */
  DOT,
  /** Euclidean distance d; the score is −d², so that higher is nearer. */
  EUCLIDEAN
}
