package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.ReadPoint;
import org.jspecify.annotations.Nullable;

/**
 * What a database says of itself.
 *
 * @param readPoint the newest version and the time of asking
 * @param storage the store
 * @param search the search engine, or null when nothing was searched since opening
 * @param calls calls in flight
 */
public record DatabaseStats(
    ReadPoint readPoint, Storage storage, @Nullable Search search, Calls calls) {
  /** Checks the parts. */
  public DatabaseStats {
    requireNonNull(readPoint, "readPoint");
    requireNonNull(storage, "storage");
    requireNonNull(calls, "calls");
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
   */
  public record Storage(
      int namespaces,
      long recordsEstimate,
      long storageBytes,
      long logBytes,
      long memoryBytes,
      long queueBytes,
      long commits,
      long groups) {}

  /**
   * The search engine.
   *
   * @param provider the similarity provider in use, and why it was chosen
   * @param activeSpaces spaces with a block of vectors in memory
   * @param blockBytes off-heap bytes of blocks
   * @param graphs spaces with a graph
   * @param graphVectors vectors in graphs
   * @param buildingGraphs graphs being built or extended now
   */
  public record Search(
      String provider,
      int activeSpaces,
      long blockBytes,
      int graphs,
      long graphVectors,
      int buildingGraphs) {
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
}
