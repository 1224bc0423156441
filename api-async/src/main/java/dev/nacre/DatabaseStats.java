package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.maintain.Latency;
import dev.nacre.maintain.SweepStatistics;
import dev.nacre.model.ReadPoint;
import org.jspecify.annotations.Nullable;

/**
 * What a database says of itself.
 *
 * @param readPoint the newest version and the time of asking
 * @param storage the store
 * @param search the search engine, or null when nothing was searched since opening
 * @param calls calls in flight
 * @param timings how long things took
 */
public record DatabaseStats(
    ReadPoint readPoint, Storage storage, @Nullable Search search, Calls calls, Timings timings) {
  /** Checks the parts. */
  public DatabaseStats {
    requireNonNull(readPoint, "readPoint");
    requireNonNull(storage, "storage");
    requireNonNull(calls, "calls");
    requireNonNull(timings, "timings");
  }

  /**
   * The store.
   *
   * @param namespaces live namespaces
   * @param recordsEstimate about how many live records
   * @param storageBytes bytes of sorted files on disk
   * @param logBytes bytes of write-ahead log on disk
   * @param memoryBytes memory the storage engine holds outside the Java heap
   * @param queueBytes writes waiting for the committer, now
   * @param commits commits since opening
   * @param groups group commits since opening: {@code commits / groups} share one fsync
   * @param sweeps what the sweeper has done since opening
   */
  public record Storage(
      int namespaces,
      long recordsEstimate,
      long storageBytes,
      long logBytes,
      long memoryBytes,
      long queueBytes,
      long commits,
      long groups,
      SweepStatistics sweeps) {
    /** Checks the parts. */
    public Storage {
      requireNonNull(sweeps, "sweeps");
    }
  }

  /**
   * The search engine.
   *
   * @param provider the similarity provider in use, and why it was chosen
   * @param activeSpaces spaces with a block of vectors in memory
   * @param blockBytes off-heap bytes of blocks
   * @param graphs spaces with a graph
   * @param graphVectors vectors in graphs
   * @param buildingGraphs graphs being built or extended now
   * @param lag how many versions the index that is furthest behind has yet to apply, of those in
   *     memory; a search brings its index up to date first
   */
  public record Search(
      String provider,
      int activeSpaces,
      long blockBytes,
      int graphs,
      long graphVectors,
      int buildingGraphs,
      long lag) {
    /** Checks the provider. */
    public Search {
      requireNonNull(provider, "provider");
    }
  }

  /**
   * Calls.
   *
   * @param inFlight calls that have not ended, this one included
   * @param readsWaiting reads that wait for a thread
   * @param readThreads threads for reads and searches
   */
  public record Calls(int inFlight, int readsWaiting, int readThreads) {}

  /**
   * How long things took since opening.
   *
   * @param groupWrites writing a group of commits, with its fsync
   * @param reads reads that a thread of the pool answered, from when it had them
   * @param readsFromMemory how many reads were answered from memory on their caller's thread
   * @param searches searches, from when a thread of the pool had them
   */
  public record Timings(
      Latency groupWrites, Latency reads, long readsFromMemory, Latency searches) {
    /** Checks the parts. */
    public Timings {
      requireNonNull(groupWrites, "groupWrites");
      requireNonNull(reads, "reads");
      requireNonNull(searches, "searches");
    }
  }
}
