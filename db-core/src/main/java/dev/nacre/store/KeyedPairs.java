package dev.nacre.store;

import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.RecordRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys that are known, looked up at both moments, some at a time. */
final class KeyedPairs implements RowPairs {
  private static final int LOOKED_UP_AT_A_TIME = 256;

  private final RecordReader reader;
  private final DiffSides sides;
  private final KeySource keys;
  private List<byte[]> window = List.of();
  private List<byte[]> part = List.of();
  private List<@Nullable RecordRow> before = List.of();
  private List<@Nullable RecordRow> after = List.of();
  private int windowIndex;
  private int index;

  /** Where keys come from. */
  @FunctionalInterface
  interface KeySource {
    /** The next keys, ascending, behind those it gave before; empty at the end. */
    List<byte[]> next();
  }

  KeyedPairs(RecordReader reader, DiffSides sides, KeySource keys) {
    this.reader = reader;
    this.sides = sides;
    this.keys = keys;
  }

  @Override
  public boolean next() {
    index++;
    if (index < part.size()) {
      return true;
    }
    if (windowIndex == window.size()) {
      window = keys.next();
      windowIndex = 0;
      if (window.isEmpty()) {
        return false;
      }
    }
    int end = Math.min(window.size(), windowIndex + LOOKED_UP_AT_A_TIME);
    part = window.subList(windowIndex, end);
    windowIndex = end;
    index = 0;
    before = rows(sides.before(), sides.from());
    after = rows(sides.after(), sides.to());
    return true;
  }

  private List<@Nullable RecordRow> rows(@Nullable NamespaceEntry namespace, ReadPoint at) {
    if (namespace != null) {
      return reader.rows(namespace, part, at.version());
    }
    List<@Nullable RecordRow> none = new ArrayList<>(part.size());
    for (int i = 0; i < part.size(); i++) {
      none.add(null);
    }
    return none;
  }

  @Override
  public byte[] key() {
    return part.get(index);
  }

  @Override
  public @Nullable RecordRow before() {
    return before.get(index);
  }

  @Override
  public @Nullable RecordRow after() {
    return after.get(index);
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
