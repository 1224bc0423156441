package dev.nacre;

/**
 * What a database says of itself.
 *
 * @param version the visible version
 * @param namespaces live namespaces
 * @param recordsEstimate about how many live records
 * @param storageBytes bytes of sorted files on disk
 * @param logBytes bytes of write-ahead log on disk
 * @param memoryBytes native memory of the store: write buffers, block cache in use, table readers
 * @param queueBytes writes waiting for the committer
 * @param commits commits since opening
 * @param groups group commits since opening
 * @param callsWaiting reads and searches waiting for a thread
 * @param similarityProvider the similarity provider in use, and why
 * @param activeSpaces embedding spaces with a block in memory
 * @param blockBytes off-heap bytes of these blocks
 * @param graphs embedding spaces with a graph
 * @param graphVectors vectors in graphs
 * @param buildingGraphs graphs being built or extended now
 */
public record DatabaseStats(
    long version,
    int namespaces,
    long recordsEstimate,
    long storageBytes,
    long logBytes,
    long memoryBytes,
    long queueBytes,
    long commits,
    long groups,
    int callsWaiting,
    String similarityProvider,
    int activeSpaces,
    long blockBytes,
    int graphs,
    long graphVectors,
    int buildingGraphs) {}
