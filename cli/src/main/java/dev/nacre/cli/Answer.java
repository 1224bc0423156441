package dev.nacre.cli;

import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Optional;

/**
 * What a question was answered.
 *
 * @param result the hits
 * @param nanos from the question's words to the hits
 */
record Answer(SearchResult result, long nanos) {
  private static final float SCORE_TOLERANCE = 1e-4f;

  /** The keys of the hits, best first. */
  List<String> keys() {
    return result.hits().stream().map(Hit::key).toList();
  }

  /** The hit of a key. */
  Optional<Hit> hit(String key) {
    return result.hits().stream().filter(hit -> hit.key().equals(key)).findFirst();
  }

  /** The text of a hit as of the moment that was asked about. */
  static String textOf(VersionedRecord record) {
    return field(record, "text");
  }

  /** The title of a hit. */
  static String titleOf(VersionedRecord record) {
    return field(record, "title");
  }

  /**
   * Whether these are the same records in the same versions, in the same order and with the same
   * scores, as far as the order in which floats are added up allows.
   */
  boolean sameAs(Answer other) {
    List<Hit> mine = result.hits();
    List<Hit> theirs = other.result.hits();
    if (mine.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < mine.size(); i++) {
      Hit a = mine.get(i);
      Hit b = theirs.get(i);
      if (!a.key().equals(b.key())
          || a.record().version() != b.record().version()
          || a.embeddingVersion() != b.embeddingVersion()
          || !a.record().value().equals(b.record().value())
          || Math.abs(a.score() - b.score()) > SCORE_TOLERANCE) {
        return false;
      }
    }
    return true;
  }

  private static String field(VersionedRecord record, String name) {
    return record
        .value()
        .map(
            value ->
                switch (value) {
                  case dev.nacre.model.Value.Json json -> json.asTree().path(name).asText();
                  case dev.nacre.model.Value.Bytes bytes -> bytes.asString();
                })
        .orElse("");
  }
}
