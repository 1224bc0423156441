package dev.nacre.store;

import dev.nacre.maintain.Latency;
import dev.nacre.maintain.SweepStatistics;

/**
 * What a store says of itself.
 *
 * @param version the visible version
 * @param namespaces live namespaces
 * @param recordsEstimate about how many live records (RocksDB's estimate)
 * @param storageBytes bytes of sorted files on disk
 * @param logBytes bytes of write-ahead log on disk
 * @param memoryBytes memtables, block cache in use and table readers
 * @param queueBytes writes waiting for the committer, now
 * @param commits commits since opening
 * @param groups group commits since opening
 * @param groupWrites how long writing a group took, with its fsync
 * @param sweeps what the sweeper has done
 */
public record StoreStatistics(
    long version,
    int namespaces,
    long recordsEstimate,
    long storageBytes,
    long logBytes,
    long memoryBytes,
    long queueBytes,
    long commits,
    long groups,
    Latency groupWrites,
    SweepStatistics sweeps) {}
