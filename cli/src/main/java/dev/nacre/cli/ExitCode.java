package dev.nacre.cli;

import dev.nacre.error.ErrorCode;

/** What the process ends with. */
final class ExitCode {
  /** All went well. */
  static final int OK = 0;

  /** What was asked for is not there. */
  static final int NOT_FOUND = 1;

  /** A verification has found a problem. */
  static final int PROBLEM_FOUND = 1;

  /** The arguments were not understood. */
  static final int USAGE = 2;

  /** The command ran, and an answer that it checked was wrong. */
  static final int WRONG_ANSWER = 3;

  /** Something failed in a way that was not foreseen. */
  static final int UNEXPECTED = 4;

  /** Added to the number of an error's code, as {@code docs/reference/errors.md} lists them. */
  static final int OF_ERROR = 10;

  /** Ended by Ctrl-C. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}

  /** The exit code of an error: 1 for what is not there, otherwise 10 and its number. */
  static int of(ErrorCode code) {
    return code == ErrorCode.KEY_NOT_FOUND ? NOT_FOUND : OF_ERROR + code.number();
  }
}
