package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Loss;
import dev.nacre.maintain.SalvageReport.NamespaceResult;
import dev.nacre.maintain.SalvageReport.VersionRange;
import java.util.List;
import java.util.stream.Collectors;

/** Shows what a salvage has saved and what not. Stateless. */
final class SalvagePrinter {
  private SalvagePrinter() {}

  static ObjectNode json(SalvageReport report) {
    ObjectNode node =
        Json.object()
            .put("source", report.source().toString())
            .put("target", report.target().toString())
            .put("version", report.version())
            .put("promised", report.promised())
            .put("whole", report.isWhole());
    ArrayNode files = node.putArray("files");
    for (Problem problem : report.files()) {
      files
          .addObject()
          .put("area", problem.area().name())
          .put("place", problem.place())
          .put("what", problem.what());
    }
    ArrayNode namespaces = node.putArray("namespaces");
    for (NamespaceResult namespace : report.namespaces()) {
      namespaces
          .addObject()
          .put("namespace", namespace.namespace())
          .put("nameKnown", namespace.nameKnown())
          .put("records", namespace.records())
          .put("versions", namespace.versions())
          .put("recordsLost", namespace.recordsLost())
          .put("versionsLost", namespace.versionsLost())
          .put("vectorsLost", namespace.vectorsLost());
    }
    ArrayNode losses = node.putArray("losses");
    for (Loss loss : report.losses()) {
      losses
          .addObject()
          .put("namespace", loss.namespace())
          .put("key", loss.key())
          .put("version", loss.version())
          .put("what", loss.what().name());
    }
    ranges(node.putArray("commitsLost"), report.commitsLost());
    ranges(node.putArray("commitsNotWhole"), report.commitsNotWhole());
    return node.put("commitsLostCount", report.commitsLostCount())
        .put("commitsNotWholeCount", report.commitsNotWholeCount());
  }

  private static void ranges(ArrayNode array, List<VersionRange> ranges) {
    for (VersionRange range : ranges) {
      array.addObject().put("from", range.from()).put("to", range.to());
    }
  }

  static void print(Terminal terminal, SalvageReport report) {
    for (Problem problem : report.files()) {
      terminal.line(
          terminal.bold(problem.area().name())
              + " "
              + Printable.line(problem.place())
              + ": "
              + Printable.line(problem.what()));
    }
    for (NamespaceResult namespace : report.namespaces()) {
      terminal.line(
          terminal.bold(Printable.line(namespace.namespace()))
              + ": "
              + namespace.records()
              + " records, "
              + namespace.versions()
              + " versions saved"
              + (namespace.isWhole()
                  ? ""
                  : "; lost: "
                      + namespace.recordsLost()
                      + " records, "
                      + namespace.versionsLost()
                      + " versions, "
                      + namespace.vectorsLost()
                      + " vectors"
                      + (namespace.nameKnown() ? "" : ", and its name")));
    }
    for (Loss loss : report.losses()) {
      terminal.line(
          "lost: "
              + loss.what()
              + " "
              + Printable.line(loss.namespace())
              + "/"
              + Printable.line(loss.key())
              + " at version "
              + loss.version());
    }
    ranges(terminal, "nothing is left of versions ", report.commitsLost());
    ranges(terminal, "something is lost, or may be, of versions ", report.commitsNotWhole());
    if (report.promised() > report.version()) {
      terminal.line(
          "versions " + (report.version() + 1) + " to " + report.promised() + " are lost");
    }
    terminal.line(
        (report.isWhole() ? "everything was readable: " : "what is readable is in ")
            + Printable.line(report.target().toString())
            + ", up to version "
            + report.version());
  }

  private static void ranges(Terminal terminal, String what, List<VersionRange> ranges) {
    if (!ranges.isEmpty()) {
      terminal.line(
          what + ranges.stream().map(VersionRange::toString).collect(Collectors.joining(", ")));
    }
  }
}
