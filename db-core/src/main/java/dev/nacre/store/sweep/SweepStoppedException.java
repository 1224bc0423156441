package dev.nacre.store.sweep;

/** The sweep ends early because the store is being closed. */
final class SweepStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SweepStoppedException() {
    super("the sweep was stopped", null, false, false);
  }
}
