package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.error.ErrorCode;
import dev.nacre.error.NacreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Says on standard error why a command failed, for people: no stack trace unless asked for. */
final class FailureReport {
  private static final Logger LOG = LoggerFactory.getLogger("dev.nacre.cli");

  private final PrintWriter err;
  private final BooleanSupplier interrupted;
  private final String interruption;

  /**
   * A report.
   *
   * @param err where it is printed
   * @param interrupted whether somebody has ended the command from outside
   * @param interruption what to say then
   */
  FailureReport(PrintWriter err, BooleanSupplier interrupted, String interruption) {
    this.err = err;
    this.interrupted = interrupted;
    this.interruption = interruption;
  }

  /** Prints what is wrong with the arguments, and how they should be, unless programs read it. */
  int misused(CommandLine.ParameterException failure, String... arguments) {
    CommandLine at = failure.getCommandLine();
    if (List.of(arguments).contains("--json")) {
      print(ErrorCode.VALIDATION, false, String.valueOf(failure.getMessage()), Map.of());
    } else {
      err.println(at.getColorScheme().errorText(String.valueOf(failure.getMessage())));
      if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, err)) {
        at.usage(err);
      }
    }
    return ExitCode.USAGE;
  }

  /** Prints and answers the exit code. */
  int print(Throwable thrown, CommandLine at) {
    Throwable failure = thrown;
    while ((failure instanceof CompletionException || failure instanceof ExecutionException)
        && failure.getCause() != null) {
      failure = failure.getCause();
    }
    if (interrupted.getAsBoolean() || isInterruption(thrown)) {
      err.println(interruption);
      return ExitCode.INTERRUPTED;
    }
    if (failure instanceof OutputLostException lost) {
      return print(lost, err);
    }
    LOG.info("{} failed", at.getCommandName(), thrown);
    if (failure instanceof WrongAnswerException wrong) {
      err.println("WRONG: " + wrong.getMessage());
      return ExitCode.WRONG_ANSWER;
    }
    if (failure instanceof NacreException known) {
      print(known, at);
      return ExitCode.of(known.code());
    }
    if (failure instanceof IOException refused) {
      String why = "a file cannot be read or written: " + reason(refused);
      if (wantsJson(at)) {
        print(ErrorCode.UNAVAILABLE, false, why, Map.of());
      } else {
        err.println("nacre: " + Printable.line(why));
      }
      return ExitCode.of(ErrorCode.UNAVAILABLE);
    }
    err.println("nacre: unexpected failure: " + failure);
    err.println("       Run again with --verbose for the stack trace, and report it with that.");
    return ExitCode.UNEXPECTED;
  }

  private static String reason(IOException refused) {
    return switch (refused) {
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
      default -> refused.getMessage() == null ? refused.toString() : refused.getMessage();
    };
  }

  /** What is not on standard output; nothing when its reader wanted no more. */
  static int print(OutputLostException lost, PrintWriter err) {
    if (lost.isOfAClosedPipe()) {
      return ExitCode.OK;
    }
    err.println("nacre: standard output cannot be written: " + lost.getMessage());
    return ExitCode.of(ErrorCode.UNAVAILABLE);
  }

  /** Wherever the thread was: waiting, or reading a file. */
  private static boolean isInterruption(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof InterruptedException || at instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }

  private void print(NacreException failure, CommandLine at) {
    if (wantsJson(at)) {
      print(
          failure.code(),
          failure.retryable(),
          String.valueOf(failure.getMessage()),
          failure.details());
      return;
    }
    err.println("nacre: " + Printable.line(String.valueOf(failure.getMessage())));
    err.println(
        "       (" + failure.code() + (failure.retryable() ? ", may succeed later" : "") + ")");
  }

  private void print(ErrorCode code, boolean retryable, String message, Map<String, String> given) {
    ObjectNode error =
        Json.object()
            .put("code", code.name())
            .put("number", code.number())
            .put("retryable", retryable)
            .put("message", message);
    ObjectNode details = error.putObject("details");
    new TreeMap<>(given).forEach(details::put);
    ObjectNode line = Json.object();
    line.set("error", error);
    err.println(line);
  }

  private static boolean wantsJson(CommandLine at) {
    CommandLine.ParseResult parsed = at.getParseResult();
    return parsed != null && parsed.hasMatchedOption("--json");
  }
}
