package dev.nacre.runtime;

import java.time.Duration;

/**
 * How calls run.
 *
 * @param readThreads threads that touch the disk for reads and searches
 * @param readQueue reads that may wait for them
 * @param timeout how long a call may take that does not say
 */
public record DispatcherOptions(int readThreads, int readQueue, Duration timeout) {}
