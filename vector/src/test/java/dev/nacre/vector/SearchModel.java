package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Brute force over everything that ever was: what each version held, kept whole. */
final class SearchModel {
  private final Metric metric;
  private final Map<Long, Map<String, Map<String, Item>>> versions = new TreeMap<>();
  private Map<String, Map<String, Item>> now = new TreeMap<>();
  private long newest;

  /** A record as the model knows it. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Item(float[] vector, long from, Metadata metadata) {}

  private record Scored(String key, double score) {}

  SearchModel(Metric metric) {
    this.metric = metric;
    versions.put(0L, now);
  }

  void put(long version, String namespace, String key, float[] vector, Metadata metadata) {
    change(version, namespace).put(key, new Item(vector, version, metadata));
  }

  void setMetadata(long version, String namespace, String key, Metadata metadata) {
    change(version, namespace)
        .computeIfPresent(key, (k, item) -> new Item(item.vector, item.from, metadata));
  }

  void delete(long version, String namespace, String key) {
    change(version, namespace).remove(key);
  }

  /** The key has never been there. */
  void purge(String namespace, String key) {
    for (Map<String, Map<String, Item>> version : versions.values()) {
      Map<String, Item> items = version.get(namespace);
      if (items != null) {
        items.remove(key);
      }
    }
  }

  void drop(long version, String namespace) {
    change(version, namespace).clear();
    now.remove(namespace);
  }

  /** Nothing changed in this version. */
  void touch(long version) {
    Map<String, Item> _ = change(version, "");
  }

  private Map<String, Item> change(long version, String namespace) {
    if (version != newest) {
      newest = version;
      Map<String, Map<String, Item>> next = new TreeMap<>();
      now.forEach((name, items) -> next.put(name, new TreeMap<>(items)));
      now = next;
      versions.put(version, now);
    }
    return now.computeIfAbsent(namespace, name -> new TreeMap<>());
  }

  boolean hasNamespace(String namespace) {
    return now.containsKey(namespace);
  }

  /**
   * Checks an answer against the version it names.
   *
   * @param recallMin of answers that do not claim to be exact
   */
  void check(SearchRequest request, SearchResult result, double recallMin) {
    Map<String, Item> items =
        Objects.requireNonNull(versions.get(result.readPoint().version()))
            .getOrDefault(request.namespace(), Map.of());
    float[] query = request.vector().orElseThrow();
    Filter filter = request.filter().orElse(Filter.and());
    List<Scored> nearest = new ArrayList<>();
    items.forEach(
        (key, item) -> {
          if (filter.matches(item.metadata)) {
            nearest.add(new Scored(key, SearchFixture.score(metric, query, item.vector)));
          }
        });
    nearest.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::key));
    int count = Math.min(request.k(), nearest.size());
    assertEquals(count, result.hits().size(), () -> request + " at " + result.readPoint());
    checkHits(items, filter, query, result);
    if (result.exact()) {
      checkOrder(nearest, result);
    } else {
      Set<String> expected = new HashSet<>();
      nearest.subList(0, count).forEach(scored -> expected.add(scored.key));
      long found = result.hits().stream().filter(hit -> expected.contains(hit.key())).count();
      assertTrue(found >= recallMin * count, () -> found + " of " + count + " for " + request);
    }
  }

  private void checkHits(
      Map<String, Item> items, Filter filter, float[] query, SearchResult result) {
    Hit former = null;
    for (Hit hit : result.hits()) {
      Item item = Objects.requireNonNull(items.get(hit.key()), () -> hit.key() + " is not there");
      assertEquals(item.from, hit.embeddingVersion());
      assertEquals(item.metadata, hit.record().metadata());
      assertTrue(filter.matches(hit.record().metadata()));
      assertEquals(SearchFixture.score(metric, query, item.vector), hit.score(), 1e-4);
      if (former != null) {
        assertTrue(
            former.score() > hit.score()
                || (former.score() == hit.score() && former.key().compareTo(hit.key()) < 0),
            "order");
      }
      former = hit;
    }
  }

  private static void checkOrder(List<Scored> nearest, SearchResult result) {
    for (int i = 0; i < result.hits().size(); i++) {
      Hit hit = result.hits().get(i);
      Scored expected = nearest.get(i);
      // Scores of different vectors may differ by less than a float can tell.
      assertEquals(expected.score, hit.score(), 1e-4);
      if (!expected.key.equals(hit.key())) {
        double actual =
            nearest.stream()
                .filter(scored -> scored.key.equals(hit.key()))
                .findFirst()
                .orElseThrow()
                .score;
        assertEquals(expected.score, actual, 1e-5, "another key than " + expected.key);
        assertTrue(expected.score != actual, "equal scores out of key order");
      }
    }
  }
}
