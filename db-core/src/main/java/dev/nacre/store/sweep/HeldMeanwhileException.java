package dev.nacre.store.sweep;

/** Somebody has begun to hold history that was about to be dropped: it is left to a later sweep. */
@SuppressWarnings("serial")
final class HeldMeanwhileException extends RuntimeException {
  HeldMeanwhileException() {
    super("held meanwhile", null, false, false);
  }
}
