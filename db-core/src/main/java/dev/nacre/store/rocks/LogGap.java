package dev.nacre.store.rocks;

import java.nio.file.Path;

/**
 * A place in the write-ahead log behind which nothing may be read: what lies between it and the
 * next record is missing.
 *
 * @param file the log file that holds the last record before it
 * @param end where that record ends; later bytes, and later files, are behind the gap
 */
public record LogGap(Path file, long end) {}
