package dev.nacre.vector;

import dev.nacre.model.DeclaredFields;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.search.Diversity;
import dev.nacre.search.Grouping;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;
import dev.nacre.vector.HitReader.Ranked;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answer of what a tier finds: a page of the nearest, or the nearest by groups, or
 * diverse ones. It does not know which tier it is. One search; for one thread.
 */
final class HitShaper {
  private final Store store;
  private final SearchRequest request;
  private final Namespace namespace;
  private final Query query;
  private final ReadPoint at;
  private final @Nullable SearchCursor after;
  private final HitReader reader;

  /**
   * A shaper.
   *
   * @param namespace as it is at {@code at}
   * @param after where the page before ended, or null
   */
  HitShaper(
      Store store,
      SearchRequest request,
      Namespace namespace,
      Query query,
      ReadPoint at,
      @Nullable SearchCursor after) {
    this.store = store;
    this.request = request;
    this.namespace = namespace;
    this.query = query;
    this.at = at;
    this.after = after;
    this.reader = new HitReader(store, request, at, after);
  }

  /** The answer. */
  SearchResult shape(Searches searches) {
    Grouping grouping = request.grouping().orElse(null);
    if (grouping != null) {
      return grouped(grouping, searches);
    }
    Diversity diversity = request.diversity().orElse(null);
    return diversity != null ? diverse(diversity, searches) : page(searches);
  }

  private SearchResult page(Searches searches) {
    int seen = after == null ? 0 : after.seen();
    int k = Math.min(request.k(), SearchRequest.K_MAX - seen);
    Ranked ranked = reader.read(k, searches.where(null));
    String cursor = null;
    if (!ranked.isAll()) {
      Hit last = ranked.hits().getLast();
      cursor =
          new SearchCursor(
                  SearchCursor.of(request, query.arithmetic()),
                  at,
                  seen + ranked.hits().size(),
                  last.score(),
                  last.key())
              .encode();
    }
    return new SearchResult(ranked.hits(), ranked.exact(), at, ranked.plan(), List.of(), cursor);
  }

  private SearchResult grouped(Grouping grouping, Searches searches) {
    DeclaredFields declared = DeclaredFields.of(namespace.options().fields());
    HitGroups groups = new HitGroups(reader, searches, grouping, declared);
    HitGroups.Answer answer = groups.best(request.k());
    List<Hit> hits = answer.groups().stream().flatMap(group -> group.hits().stream()).toList();
    return new SearchResult(hits, answer.exact(), at, answer.plan(), answer.groups(), null);
  }

  private SearchResult diverse(Diversity diversity, Searches searches) {
    int pool = Math.max(request.k(), diversity.pool());
    Ranked ranked = reader.read(pool, searches.where(null));
    DiverseHits chosen = new DiverseHits(store, namespace.id(), query, at, diversity.lambda());
    return new SearchResult(
        chosen.of(ranked.hits(), request.k()), ranked.exact(), at, ranked.plan());
  }
}
