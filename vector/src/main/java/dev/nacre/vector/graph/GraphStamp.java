package dev.nacre.vector.graph;

import dev.nacre.model.EmbeddingSpace;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a graph says of itself in its commit: which line of versions it belongs to, the version it
 * has applied, and the space it was built for.
 *
 * @param lineage id of the line of versions
 * @param version the newest version that is in the graph
 * @param dimension of the space
 * @param metric of the space, by name
 * @param first the first version that an epoch covers, or {@link #PRESENT}
 * @param last the last version that an epoch covers, or {@link #PRESENT}
 */
public record GraphStamp(
    String lineage, long version, int dimension, String metric, long first, long last) {
  /** In place of the versions an epoch covers: the graph is one of the present. */
  public static final long PRESENT = -1;

  private static final String FORMAT = "1";

  /** The stamp of a graph of {@code space} at a version. */
  public static GraphStamp of(String lineage, long version, EmbeddingSpace space) {
    return ofEpoch(lineage, version, space, PRESENT, PRESENT);
  }

  /**
   * The stamp of an epoch of {@code space}.
   *
   * @param version the visible version when it was read
   */
  public static GraphStamp ofEpoch(
      String lineage, long version, EmbeddingSpace space, long first, long last) {
    return new GraphStamp(lineage, version, space.dimension(), space.metric().name(), first, last);
  }

  /** Why a graph with this stamp cannot serve {@code wanted}, or null when it can. */
  @Nullable String mismatch(GraphStamp wanted) {
    if (!lineage.equals(wanted.lineage)) {
      return "it belongs to lineage " + lineage + ", the store to " + wanted.lineage;
    }
    if (version > wanted.version) {
      return "it is at version " + version + ", the store at " + wanted.version;
    }
    if (dimension != wanted.dimension || !metric.equals(wanted.metric)) {
      return "it was built for dimension " + dimension + " and metric " + metric;
    }
    if (first != wanted.first || last != wanted.last) {
      return "it covers versions " + first + " to " + last + " of the past";
    }
    return null;
  }

  Map<String, String> toUserData() {
    Map<String, String> data = new HashMap<>();
    data.put("format", FORMAT);
    data.put("lineage", lineage);
    data.put("version", Long.toString(version));
    data.put("dimension", Integer.toString(dimension));
    data.put("metric", metric);
    if (first != PRESENT) {
      data.put("first", Long.toString(first));
      data.put("last", Long.toString(last));
    }
    return data;
  }

  /** The stamp in a commit's user data, or null when it is not ours. */
  static @Nullable GraphStamp ofUserData(Map<String, String> data) {
    String lineage = data.get("lineage");
    String version = data.get("version");
    String dimension = data.get("dimension");
    String metric = data.get("metric");
    if (!FORMAT.equals(data.get("format"))
        || lineage == null
        || version == null
        || dimension == null
        || metric == null) {
      return null;
    }
    return new GraphStamp(
        lineage,
        Long.parseLong(version),
        Integer.parseInt(dimension),
        metric,
        Long.parseLong(data.getOrDefault("first", Long.toString(PRESENT))),
        Long.parseLong(data.getOrDefault("last", Long.toString(PRESENT))));
  }
}
