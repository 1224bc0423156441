package dev.nacre.vector;

/**
 * What the search engine says of itself.
 *
 * @param provider the similarity provider in use, and why it was chosen
 * @param activeSpaces spaces with a block in memory
 * @param blockBytes bytes held for searching: off-heap blocks, tables of graphs, loaded metadata
 * @param graphs spaces with a graph
 * @param graphVectors vectors in graphs
 * @param buildingGraphs graphs being built or extended now
 * @param lag how many versions the index that is furthest behind has yet to apply, of those in
 *     memory; a search brings its index up to date first
 * @param deviceBytes memory of a device that is taken; 0 without one
 */
public record VectorStatistics(
    String provider,
    int activeSpaces,
    long blockBytes,
    int graphs,
    long graphVectors,
    int buildingGraphs,
    long lag,
    long deviceBytes) {}
