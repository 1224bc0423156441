package dev.nacre.vector.graph;

import dev.nacre.model.EmbeddingSpace;
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
 */
public record GraphStamp(String lineage, long version, int dimension, String metric) {
  private static final String FORMAT = "1";

  /** The stamp of a graph of {@code space} at a version. */
  public static GraphStamp of(String lineage, long version, EmbeddingSpace space) {
    return new GraphStamp(lineage, version, space.dimension(), space.metric().name());
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
    return null;
  }

  Map<String, String> toUserData() {
    return Map.of(
        "format",
        FORMAT,
        "lineage",
        lineage,
        "version",
        Long.toString(version),
        "dimension",
        Integer.toString(dimension),
        "metric",
        metric);
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
    return new GraphStamp(lineage, Long.parseLong(version), Integer.parseInt(dimension), metric);
  }
}
