package dev.nacre.store.salvage;

import dev.nacre.maintain.Problem;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Loss;
import dev.nacre.maintain.SalvageReport.NamespaceResult;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.maintain.SalvageReport.VersionRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what a salvage has saved and what it has not. For one thread. */
final class SalvageFindings {
  private final List<Problem> files = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();
  private final Ranges lost = new Ranges();
  private final Ranges notWhole = new Ranges();
  private final Map<Integer, Counts> counts = new HashMap<>();

  private static final class Counts {
    private long versions;
    private long recordsLost;
    private long versionsLost;
    private long vectorsLost;
  }

  /** Versions as ranges, in ascending order. */
  private static final class Ranges {
    private final List<VersionRange> ranges = new ArrayList<>();
    private long count;
    private long last;

    void add(long from, long to) {
      long first = Math.max(from, last + 1);
      if (first > to) {
        return;
      }
      count += to - first + 1;
      if (!ranges.isEmpty() && ranges.getLast().to() == first - 1) {
        ranges.set(ranges.size() - 1, new VersionRange(ranges.getLast().from(), to));
      } else if (ranges.size() < SalvageReport.LOSSES_MAX) {
        ranges.add(new VersionRange(first, to));
      }
      last = to;
    }
  }

  void file(Problem.Area area, String place, String what) {
    files.add(new Problem(area, place, what, Problem.Remedy.RESTORE));
  }

  void saved(int namespace) {
    counts(namespace).versions++;
  }

  void versionLost(int namespace) {
    counts(namespace).versionsLost++;
  }

  void vectorLost(int namespace) {
    counts(namespace).vectorsLost++;
  }

  void recordLost(int namespace) {
    counts(namespace).recordsLost++;
  }

  private Counts counts(int namespace) {
    return counts.computeIfAbsent(namespace, id -> new Counts());
  }

  void loss(String namespace, String key, long version, Part part) {
    if (losses.size() < SalvageReport.LOSSES_MAX) {
      losses.add(new Loss(namespace, key, version, part));
    }
  }

  /** Nothing is left of these versions; later ones follow. */
  void commitsLost(long from, long to) {
    lost.add(from, to);
  }

  /** Something of a version is lost, or may be; later ones follow. */
  void notWhole(long version) {
    notWhole.add(version, version);
  }

  /** Counts the records of a namespace. */
  interface RecordCount {
    /** Those of the namespace of that id, 0 when it is deleted. */
    long of(int namespace);
  }

  SalvageReport report(
      Path source,
      Path target,
      long version,
      long promised,
      SalvagedRegistry registry,
      RecordCount records) {
    List<NamespaceResult> namespaces =
        registry.asked().stream()
            .map(
                id -> {
                  Counts of = counts(id);
                  return new NamespaceResult(
                      registry.name(id),
                      registry.isKnown(id),
                      records.of(id),
                      of.versions,
                      of.recordsLost,
                      of.versionsLost,
                      of.vectorsLost);
                })
            .sorted(Comparator.comparing(NamespaceResult::namespace))
            .toList();
    return new SalvageReport(
        source,
        target,
        version,
        promised,
        files,
        namespaces,
        losses,
        lost.ranges,
        lost.count,
        notWhole.ranges,
        notWhole.count);
  }
}
