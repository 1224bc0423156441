package dev.nacre.store;

import dev.nacre.model.DeclaredFields;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordCondition;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.RecordRow;
import org.jspecify.annotations.Nullable;

/**
 * The filter of one page of a scan. It gets tired: a page that finds nothing must end, too, so that
 * whoever waits for it can cancel, or be told that its deadline has passed. For one thread.
 */
final class RowFilter {
  /** The most rows that one page looks at: some tenths of a second. */
  static final int ROWS_MAX = 50_000;

  /** The most bytes of rows that one page looks at. */
  private static final long BYTES_MAX = 64L << 20;

  private final @Nullable RecordCondition filter;
  private final DeclaredFields declared;
  private int rows;
  private long bytes;

  private RowFilter(@Nullable RecordCondition filter, DeclaredFields declared) {
    this.filter = filter;
    this.declared = declared;
  }

  /** A filter over metadata and the fields that the namespace declared at a read point. */
  static RowFilter of(@Nullable RecordCondition filter, NamespaceEntry entry, ReadPoint at) {
    return new RowFilter(
        filter,
        filter == null
            ? DeclaredFields.NONE
            : DeclaredFields.of(entry.options(at.version()).fields()));
  }

  /** Whether a row is wanted. Without a filter every row is, and it never gets tired. */
  boolean matches(RecordRow row) {
    if (filter == null) {
      return true;
    }
    rows++;
    bytes += row.toByteArray().length;
    Metadata fields =
        declared.isEmpty() ? row.metadata() : declared.of(row.metadata(), row.value());
    return filter.matches(fields);
  }

  /** A row that is not live was looked at, too. */
  void skip() {
    if (filter != null) {
      rows++;
    }
  }

  /** Whether the page should end here. */
  boolean isTired() {
    return rows >= ROWS_MAX || bytes >= BYTES_MAX;
  }
}
