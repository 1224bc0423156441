package dev.nacre.vector;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.similarity.choice.SimilarityChoice;
import dev.nacre.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine over a store. A search resolves its moment, gets a set that is exactly at one version,
 * looks for the nearest in it without any lock, and reads their records at the same version.
 */
final class StoreVectorEngine implements VectorEngine {
  private static final Logger LOG = LoggerFactory.getLogger(StoreVectorEngine.class);

  private final Store store;
  private final SimilarityChoice similarity;
  private final @Nullable DeviceTier device;
  private final GraphPolicy policy;
  private final CallGate gate = new CallGate();
  private final GraphBuilds builds = new GraphBuilds();
  private final SpaceIndexes indexes;
  private final Follower follower;
  private final Object closing = new Object();
  private boolean closed;

  private StoreVectorEngine(Store store, VectorOptions options, SimilarityChoice similarity) {
    this.store = store;
    this.similarity = similarity;
    this.device = similarity.device() == null ? null : new DeviceTier(similarity.device());
    this.policy = new GraphPolicy(options.graphThreshold());
    this.indexes =
        new SpaceIndexes(
            store, new SpaceIndex.Settings(options.blockBytes(), policy, gate::isClosed), builds);
    this.follower = new Follower("nacre-follow", indexes::follow);
  }

  static VectorEngine start(Store store, VectorOptions options) {
    return start(store, options, SimilarityChoice.choose(options.provider(), options.device()));
  }

  /** Starts with a choice that was made; takes its device over. */
  static VectorEngine start(Store store, VectorOptions options, SimilarityChoice similarity) {
    StoreVectorEngine engine = new StoreVectorEngine(store, options, similarity);
    LOG.info(
        "Vector search: similarity by {}, blocks up to {} MiB, graphs from {} vectors",
        engine.similarity.description(),
        options.blockBytes() >> 20,
        options.graphThreshold());
    engine.follower.start();
    Follower follower = engine.follower;
    store.onPublish(version -> follower.signal());
    engine.builds.run("delete indexes without a namespace", engine.indexes::deleteOrphans);
    return engine;
  }

  @Override
  public SearchResult similar(SearchRequest request) {
    gate.enter();
    try {
      float[] vector =
          request
              .vector()
              .orElseThrow(
                  () ->
                      new ValidationException(
                          "the request has a text and no vector; embed the text first",
                          Map.of("namespace", request.namespace())));
      SearchCursor after =
          request
              .cursor()
              .map(text -> SearchCursor.decode(text, request, similarity.provider().arithmetic()))
              .orElse(null);
      AsOf asOf = after == null ? request.asOf() : AsOf.at(after.readPoint());
      Asked asked = new Asked(request, vector, after);
      return asOf == AsOf.Now.NOW ? now(asked) : asOf(asked, asOf);
    } finally {
      gate.leave();
    }
  }

  @Override
  public boolean isAtHand(SearchRequest request) {
    // Pages are of the past; groups and diverse hits read more than there are hits.
    if (request.asOf() != AsOf.Now.NOW
        || request.cursor().isPresent()
        || request.grouping().isPresent()
        || request.diversity().isPresent()) {
      return false;
    }
    gate.enter();
    try {
      ReadPoint now = store.now();
      boolean filtered = request.filter().isPresent();
      return store
          .namespace(now, request.namespace())
          .filter(its -> indexes.isReady(its.id(), request.space(), now.version(), filtered))
          .isPresent();
    } finally {
      gate.leave();
    }
  }

  /**
   * What is asked, taken apart.
   *
   * @param after where the page before ended, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Asked(SearchRequest request, float[] vector, @Nullable SearchCursor after) {
    /** Whether filters will be asked that are not the request's own. */
    boolean isFilled() {
      return request.grouping().filter(grouping -> grouping.size() > 1).isPresent();
    }
  }

  private SearchResult now(Asked asked) {
    SearchRequest request = asked.request;
    while (true) {
      ReadPoint now = store.now();
      Optional<Namespace> namespace = store.namespace(now, request.namespace());
      if (namespace.isEmpty()) {
        return nothing(now);
      }
      Query query = query(asked, requireSpace(namespace.get(), request.space()));
      SearchResult result = searchSet(asked, namespace.get(), query, now, null);
      if (result != null) {
        return result;
      }
    }
  }

  private SearchResult asOf(Asked asked, AsOf asOf) {
    SearchRequest request = asked.request;
    ReadPoint at = store.resolve(asOf);
    Optional<Namespace> then = store.namespace(at, request.namespace());
    if (then.isEmpty()) {
      return nothing(at);
    }
    Namespace namespace = then.get();
    Optional<EmbeddingSpace> space = space(namespace, request.space());
    if (space.isEmpty()) {
      // Fixed later than that moment: there was nothing to find yet.
      Namespace today = store.namespace(store.now(), request.namespace()).orElse(namespace);
      Query _ = query(asked, requireSpace(today, request.space()));
      return nothing(at);
    }
    Query query = query(asked, space.get());
    if (at.version() == store.now().version()) {
      SearchResult result = searchSet(asked, namespace, query, at, at);
      if (result != null) {
        return result;
      }
    }
    return searchPast(asked, namespace, query, at);
  }

  /** Searches the epoch that the moment lies in, or storage, and asks for an epoch then. */
  private SearchResult searchPast(Asked asked, Namespace namespace, Query query, ReadPoint at) {
    Optional<Namespace> live = store.namespace(store.now(), namespace.name());
    if (live.isEmpty() || live.get().id() != namespace.id()) {
      // Nobody looks after indexes of what was deleted.
      return searchStorage(asked, namespace, query, at, SearchPlan.Tier.EXACT_AS_OF);
    }
    SpaceIndex index = indexes.of(live.get(), query.space());
    SpaceEpochs epochs = index.epochs();
    SearchResult recent = searchRecent(asked, namespace, query, at, index);
    if (recent != null) {
      return recent;
    }
    Epoch found = epochs.acquire(at.version());
    if (found == null) {
      SearchResult result = searchStorage(asked, namespace, query, at, SearchPlan.Tier.EXACT_AS_OF);
      if (query.filter() != null || result.plan().candidates() >= EpochPolicy.LIVE_MIN) {
        indexes.wantEpoch(index, at.version());
      }
      return result;
    }
    Epoch epoch = found;
    try {
      Searches searches =
          further ->
              new EpochSearcher(
                      store, namespace.name(), epoch, query.and(further), at, epochs.policy())
                  ::nearest;
      SearchResult result = shaper(asked, namespace, query, at).shape(searches);
      // What is in memory would answer for what retention has taken.
      store.checkReadable(at.version(), namespace.id());
      return result;
    } finally {
      epoch.release();
      indexes.searchedPast(index);
    }
  }

  /**
   * Searches the index of the present as of a version that it still tells; null when it does not,
   * or is not in memory.
   */
  private @Nullable SearchResult searchRecent(
      Asked asked, Namespace namespace, Query query, ReadPoint at, SpaceIndex index) {
    if (!index.isLoaded() || query.filter() != null || asked.isFilled()) {
      return null;
    }
    SpaceSet set = index.acquire(at.version(), false);
    if (set == null) {
      return null;
    }
    try {
      if (!set.tells(at.version())) {
        return null;
      }
      PastSetSearcher searcher =
          new PastSetSearcher(set, query, index.epochs().policy(), at.version());
      SearchResult result = shaper(asked, namespace, query, at).shape(_ -> searcher::nearest);
      store.checkReadable(at.version(), namespace.id());
      return result;
    } finally {
      set.release();
      indexes.searchedPast(index);
    }
  }

  /**
   * Searches the index, which is brought to {@code now} first. Null when that cannot be: the
   * namespace went away meanwhile, or the index is not at {@code exactly}.
   */
  private @Nullable SearchResult searchSet(
      Asked asked, Namespace namespace, Query query, ReadPoint now, @Nullable ReadPoint exactly) {
    SpaceIndex index = indexes.of(namespace, query.space());
    SpaceSet found = index.acquire(now.version(), query.filter() != null || asked.isFilled());
    if (found == null) {
      indexes.searched(index);
      return index.isClosed() || exactly != null
          ? null
          : searchStorage(asked, namespace, query, now, SearchPlan.Tier.EXACT);
    }
    SpaceSet set = found;
    try {
      ReadPoint at = now;
      Namespace then = namespace;
      if (set.version() != now.version()) {
        if (exactly != null) {
          return null;
        }
        // Somebody brought it further: that version it is, if the namespace is still the same.
        at = new ReadPoint(set.version(), store.now().instant(), now.lineage());
        Optional<Namespace> still = store.namespace(at, namespace.name());
        if (still.isEmpty() || still.get().id() != namespace.id()) {
          return null;
        }
        then = still.get();
      }
      Searches searches =
          further -> new SetSearcher(set, query.and(further), policy, device)::nearest;
      return shaper(asked, then, query, at).shape(searches);
    } finally {
      set.release();
      indexes.searched(index);
    }
  }

  private SearchResult searchStorage(
      Asked asked, Namespace namespace, Query query, ReadPoint at, SearchPlan.Tier tier) {
    Searches searches =
        further -> new StorageSearcher(store, at, namespace, query.and(further), tier)::nearest;
    return shaper(asked, namespace, query, at).shape(searches);
  }

  private HitShaper shaper(Asked asked, Namespace namespace, Query query, ReadPoint at) {
    return new HitShaper(store, asked.request, namespace, query, at, asked.after);
  }

  private Query query(Asked asked, EmbeddingSpace space) {
    return new Query(
        similarity.provider(), space, asked.vector, asked.request.filter().orElse(null));
  }

  private SearchResult nothing(ReadPoint at) {
    return new SearchResult(
        List.of(), true, at, new SearchPlan(SearchPlan.Tier.EMPTY, 0, similarity.name()));
  }

  private static Optional<EmbeddingSpace> space(Namespace namespace, String name) {
    return namespace.spaces().stream().filter(space -> space.name().equals(name)).findFirst();
  }

  private static EmbeddingSpace requireSpace(Namespace namespace, String name) {
    return space(namespace, name)
        .orElseThrow(
            () -> {
              String spaces =
                  namespace.spaces().stream()
                      .map(EmbeddingSpace::name)
                      .collect(Collectors.joining(", "));
              return new ValidationException(
                  "namespace \""
                      + namespace.name()
                      + "\" has no embedding space \""
                      + name
                      + "\"; there is "
                      + (spaces.isEmpty() ? "none yet" : spaces),
                  Map.of("namespace", namespace.name(), "space", name, "spaces", spaces));
            });
  }

  @Override
  public void forget(int namespaceId) {
    gate.enter();
    try {
      indexes.forget(namespaceId);
    } finally {
      gate.leave();
    }
  }

  @Override
  public VectorStatistics statistics() {
    int active = 0;
    int graphs = 0;
    long graphVectors = 0;
    int building = 0;
    long lag = 0;
    long visible = store.now().version();
    for (SpaceIndex index : indexes.all()) {
      GraphLayer graph = index.graph();
      active += index.isLoaded() ? 1 : 0;
      graphs += graph == null ? 0 : 1;
      graphVectors += graph == null ? 0 : graph.docs();
      building += index.isBuilding() ? 1 : 0;
      building += index.epochs().isBuilding() ? 1 : 0;
      if (index.isLoaded()) {
        lag = Math.max(lag, visible - index.appliedVersion());
      }
    }
    return new VectorStatistics(
        similarity.description(),
        active,
        indexes.bytes(),
        graphs,
        graphVectors,
        building,
        lag,
        device == null ? 0 : device.use().bytes());
  }

  @Override
  public void close() {
    // Every closer waits until it is closed, whoever does it.
    synchronized (closing) {
      if (closed) {
        return;
      }
      gate.close();
      follower.close();
      builds.close();
      gate.awaitEmpty();
      indexes.close();
      if (device != null) {
        device.close();
      }
      closed = true;
    }
  }
}
