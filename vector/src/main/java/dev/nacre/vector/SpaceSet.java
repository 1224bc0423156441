package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.vector.exact.Counted;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.VectorBlock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one search looks at: a space at exactly one version. Immutable; it holds its block and its
 * graph until its last user lets it go.
 *
 * <p>The writer goes on appending to the same block and ending the same rows: rows at or above
 * {@link #rows()}, and ends above {@link #version()}, are not part of this set.
 */
final class SpaceSet extends Counted {
  private static final int MATCHES_MAX = 8;

  private final long version;
  private final KeyTable keys;
  private final int keyCount;
  private final VectorBlock block;
  private final int rows;
  private final int liveRows;
  private final @Nullable GraphLayer layer;
  private final int liveDocs;
  private final @Nullable MetadataColumn metadata;
  private final int metadataPosition;
  private volatile long @Nullable [] liveMask;
  private final Map<Filter, FilterMatches> matches = new ConcurrentHashMap<>();

  /** The state of {@code contents} as of now; takes references to its block and graph. */
  SpaceSet(long version, SpaceContents contents) {
    this.version = version;
    this.keys = contents.keys();
    this.keyCount = keys.size();
    this.block = contents.block();
    this.rows = block.rows();
    this.liveRows = rows - block.ended();
    this.layer = contents.layer();
    this.liveDocs = layer == null ? 0 : layer.docs() - layer.ended();
    this.metadata = contents.metadata();
    this.metadataPosition = metadata == null ? 0 : metadata.position();
    block.retain();
    if (layer != null) {
      layer.index().retain();
    }
  }

  /** The version. */
  long version() {
    return version;
  }

  KeyTable keys() {
    return keys;
  }

  /** Keys numbered below this are known to the set. */
  int keyCount() {
    return keyCount;
  }

  VectorBlock block() {
    return block;
  }

  /** Rows of the block that belong to the set. */
  int rows() {
    return rows;
  }

  /** A bit for every row that is alive; null when all are. */
  long @Nullable [] liveRows() {
    if (liveRows == rows) {
      return null;
    }
    long[] mask = liveMask;
    if (mask == null) {
      mask = new long[(rows + 63) >>> 6];
      for (int row = 0; row < rows; row++) {
        if (block.to(row) > version) {
          mask[row >>> 6] |= 1L << row;
        }
      }
      // Whoever else computes it at the same time gets the same.
      liveMask = mask;
    }
    return mask;
  }

  @Nullable GraphLayer layer() {
    return layer;
  }

  /** Documents of the graph that are alive. */
  int liveDocs() {
    return liveDocs;
  }

  /** Vectors that are alive. */
  int live() {
    return liveRows + liveDocs;
  }

  @Nullable MetadataColumn metadata() {
    return metadata;
  }

  int metadataPosition() {
    return metadataPosition;
  }

  /** What matches a filter; the metadata must have been loaded. */
  FilterMatches matches(Filter filter) {
    FilterMatches known = matches.get(filter);
    if (known == null) {
      known = FilterMatches.of(this, filter);
      if (matches.size() < MATCHES_MAX) {
        matches.put(filter, known);
      }
    }
    return known;
  }

  @Override
  protected void free() {
    block.release();
    if (layer != null) {
      layer.index().release();
    }
  }

  @Override
  public String toString() {
    return "SpaceSet[version " + version + ", " + live() + " vectors]";
  }
}
