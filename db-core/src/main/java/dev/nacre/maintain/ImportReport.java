package dev.nacre.maintain;

/**
 * What was imported.
 *
 * @param lines how many lines, or rows of a table, were read
 * @param records how many records were written
 * @param commits in how many commits
 * @param lastVersion the version of the last one, 0 when there was none
 */
public record ImportReport(long lines, long records, long commits, long lastVersion) {}
