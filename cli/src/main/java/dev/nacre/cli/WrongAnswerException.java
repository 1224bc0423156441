package dev.nacre.cli;

/** The database gave an answer that a command knows to be wrong. */
final class WrongAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongAnswerException(String message) {
    super(message);
  }
}
