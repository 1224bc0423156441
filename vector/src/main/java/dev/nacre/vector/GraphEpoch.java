package dev.nacre.vector;

import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphIndex;

/** An epoch with a graph over all of its vectors. */
final class GraphEpoch extends Epoch {
  private final GraphLayer layer;
  private final MemoryMeter meter;
  private final long tables;

  private GraphEpoch(
      EpochRange range,
      KeyTable keys,
      long[] begins,
      long[] ends,
      GraphLayer layer,
      MemoryMeter meter) {
    super(range, keys, begins, ends);
    this.layer = layer;
    this.meter = meter;
    this.tables = layer.bytes() + tableBytes(layer.docs(), keys.size());
    meter.add(tables);
  }

  /** The epoch of a graph that was just opened; takes over the caller's reference. */
  static GraphEpoch of(EpochRange range, GraphIndex index, MemoryMeter meter) {
    boolean read = false;
    try {
      GraphLayer layer = new GraphLayer(index);
      KeyTable keys = new KeyTable();
      long[] begins = new long[index.docs()];
      long[] ends = new long[index.docs()];
      index.intervals(
          (doc, key, from, to) -> {
            layer.set(doc, keys.add(key), from, to);
            begins[doc] = from;
            ends[doc] = to;
          });
      GraphEpoch epoch = new GraphEpoch(range, keys, begins, ends, layer, meter);
      read = true;
      return epoch;
    } finally {
      if (!read) {
        index.release();
      }
    }
  }

  @Override
  Reach search(EpochSearcher searcher, int k) {
    LayerSearch search =
        new LayerSearch(
            layer,
            keys(),
            searcher.query(),
            doc -> searcher.accepts(layer.key(doc), layer.from(doc), layer.to(doc)));
    return search.nearest(
        searcher.policy(),
        live(searcher.version()),
        searcher.candidates(),
        k,
        searcher.isFiltered(),
        searcher.hits());
  }

  @Override
  long bytes() {
    return tables;
  }

  @Override
  protected void free() {
    meter.add(-tables);
    layer.index().release();
  }

  @Override
  public String toString() {
    return "GraphEpoch[" + range() + ", " + vectors() + " vectors]";
  }
}
