package dev.nacre.store.verify;

import dev.nacre.maintain.Problem;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Problem.Remedy;
import dev.nacre.maintain.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects what a verification finds; bounded. For one thread. */
public final class Findings {
  private final List<Problem> problems = new ArrayList<>();
  private long found;
  private long files;
  private long rows;

  /** Nothing found yet. */
  public Findings() {}

  /** Notes a problem. */
  public void add(Area area, String place, String what, Remedy remedy) {
    found++;
    if (problems.size() < VerifyReport.PROBLEMS_MAX) {
      problems.add(new Problem(area, place, what, remedy));
    }
  }

  /** Notes a problem that only a backup mends. */
  public void add(Area area, String place, String what) {
    add(area, place, what, Remedy.RESTORE);
  }

  /** How many problems there are so far. */
  public long count() {
    return found;
  }

  /** One more file was read. */
  public void file() {
    files++;
  }

  /** One more row was read. */
  public void row() {
    rows++;
  }

  /** What was found. */
  public VerifyReport report(Path directory, long version) {
    return new VerifyReport(directory, version, files, rows, problems, found);
  }
}
