package dev.nacre.cli;

/** What the process ends with. */
final class ExitCode {
  /** All went well. */
  static final int OK = 0;

  /** Something failed; the message says what. */
  static final int FAILED = 1;

  /** The arguments were not understood. */
  static final int USAGE = 2;

  /** The command ran, and an answer that it checked was wrong. */
  static final int WRONG_ANSWER = 3;

  /** Ended by Ctrl-C. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
