package dev.nacre.maintain;

/**
 * What a compaction has done.
 *
 * @param bytesBefore bytes of sorted files before
 * @param bytesAfter bytes of sorted files afterwards
 */
public record CompactReport(long bytesBefore, long bytesAfter) {}
