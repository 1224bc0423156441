package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * What was saved of a damaged database, and what was not. Lists of losses hold at most {@link
 * #LOSSES_MAX} entries; the counts beside them count all.
 *
 * @param source the damaged directory
 * @param target the new one
 * @param version the newest version that is in the new one, the same as in the damaged one
 * @param promised the newest version that is known to have been acknowledged as durable; what is
 *     behind {@code version} is lost
 * @param files what is wrong with files, and which rows are missing for it
 * @param namespaces what became of each namespace, by name
 * @param losses records and versions that are lost, as far as they are known by name
 * @param commitsLost versions of which nothing is left; their numbers are kept by empty commits
 * @param commitsLostCount how many
 * @param commitsNotWhole versions of which something is lost, or may be
 * @param commitsNotWholeCount how many
 */
public record SalvageReport(
    Path source,
    Path target,
    long version,
    long promised,
    List<Problem> files,
    List<NamespaceResult> namespaces,
    List<Loss> losses,
    List<VersionRange> commitsLost,
    long commitsLostCount,
    List<VersionRange> commitsNotWhole,
    long commitsNotWholeCount) {
  /** The most entries of a list of losses. */
  public static final int LOSSES_MAX = 1_000;

  /** Copies the lists. */
  public SalvageReport {
    requireNonNull(source, "source");
    requireNonNull(target, "target");
    files = List.copyOf(files);
    namespaces = List.copyOf(namespaces);
    losses = List.copyOf(losses);
    commitsLost = List.copyOf(commitsLost);
    commitsNotWhole = List.copyOf(commitsNotWhole);
  }

  /** Whether nothing was lost and nothing damaged. */
  public boolean isWhole() {
    return files.isEmpty()
        && commitsLostCount == 0
        && commitsNotWholeCount == 0
        && promised <= version
        && namespaces.stream().allMatch(NamespaceResult::isWhole);
  }

  /**
   * What became of a namespace.
   *
   * @param namespace its name; {@code salvaged-} and its number when the name is lost
   * @param nameKnown whether the name is the one it had
   * @param records how many records there are now
   * @param versions how many versions of records were saved, those now included
   * @param recordsLost how many records are not there now though they were
   * @param versionsLost how many versions of records are lost, those now included
   * @param vectorsLost how many vectors are lost
   */
  public record NamespaceResult(
      String namespace,
      boolean nameKnown,
      long records,
      long versions,
      long recordsLost,
      long versionsLost,
      long vectorsLost) {
    /** Refuses null. */
    public NamespaceResult {
      requireNonNull(namespace, "namespace");
    }

    /** Whether nothing of it is known to be lost. */
    public boolean isWhole() {
      return nameKnown && recordsLost == 0 && versionsLost == 0 && vectorsLost == 0;
    }
  }

  /**
   * Something that is lost.
   *
   * @param namespace the namespace
   * @param key the key
   * @param version the version
   * @param what what is lost of it
   */
  public record Loss(String namespace, String key, long version, Part what) {
    /** Refuses null. */
    public Loss {
      requireNonNull(namespace, "namespace");
      requireNonNull(key, "key");
      requireNonNull(what, "what");
    }
  }

  /** What may be lost. */
  public enum Part {
    /** The record as of that version; a newer one was saved, or it was deleted. */
    VERSION,
    /** The record: it is not there from that version on. */
    RECORD,
    /** An embedding. */
    EMBEDDING
  }

  /**
   * Versions.
   *
   * @param from the first
   * @param to the last
   */
  public record VersionRange(long from, long to) {
    @Override
    public String toString() {
      return from == to ? Long.toString(from) : from + " to " + to;
    }
  }
}
