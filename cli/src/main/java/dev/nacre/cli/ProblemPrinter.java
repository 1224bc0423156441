package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.VerifyReport;

/** Shows what a verification has found. Stateless. */
final class ProblemPrinter {
  private ProblemPrinter() {}

  static ObjectNode json(VerifyReport report) {
    ObjectNode node =
        Json.object()
            .put("directory", report.directory().toString())
            .put("version", report.version())
            .put("files", report.files())
            .put("rows", report.rows())
            .put("problemsFound", report.problemsFound());
    ArrayNode problems = node.putArray("problems");
    for (Problem problem : report.problems()) {
      problems
          .addObject()
          .put("area", problem.area().name())
          .put("place", problem.place())
          .put("what", problem.what())
          .put("remedy", problem.remedy().name());
    }
    return node;
  }

  static void print(Terminal terminal, VerifyReport report) {
    for (Problem problem : report.problems()) {
      terminal.line(
          terminal.bold(problem.area().name())
              + " "
              + Printable.line(problem.place())
              + ": "
              + Printable.line(problem.what())
              + remedy(problem));
    }
    if (report.problemsFound() > report.problems().size()) {
      terminal.line("… and " + (report.problemsFound() - report.problems().size()) + " more");
    }
    String read = report.files() + " files and " + report.rows() + " rows read";
    terminal.line(
        report.isClean()
            ? "nothing is wrong at version " + report.version() + " (" + read + ")"
            : report.problemsFound() + " problems found (" + read + ")");
  }

  private static String remedy(Problem problem) {
    return switch (problem.remedy()) {
      case REPAIR -> " (nacre repair mends it)";
      case RESTORE -> " (restore a backup)";
      case NONE -> " (nothing need be done)";
    };
  }
}
