package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Filters over declared fields against a model that keeps what every version held: random writes of
 * values, metadata and vectors, deletes, and declarations that come, change and go, searched now
 * and as of any version. Every search asks for more than there is, so that all that match must be
 * found.
 */
class DeclaredFieldsPropertyTest {
  private static final int KEYS = 40;
  private static final String NS = "ns";

  /** What may be declared: nothing, a scalar, another one, a list, one that hides metadata. */
  private static final List<List<DeclaredField>> DECLARATIONS =
      List.of(
          List.of(),
          List.of(new DeclaredField("colour", "$.colour")),
          List.of(new DeclaredField("colour", "$.other.colour")),
          List.of(new DeclaredField("tag", "$.tags[*]"), new DeclaredField("colour", "$.colour")));

  private static final List<Filter> FILTERS =
      List.of(
          Filter.parse("colour = 1"),
          Filter.parse("colour is null"),
          Filter.parse("colour between 1 and 2 and not tag = 'b'"),
          Filter.parse("tag contains 'a' or colour = 3"),
          Filter.parse("not exists tag"));

  /** One step of a history. */
  sealed interface Step {
    record Put(int key, int count, int seed) implements Step {}

    record Value(int key, int seed) implements Step {}

    record Describe(int key, int colour) implements Step {}

    record Delete(int key, int count) implements Step {}

    record Declare(int fields) implements Step {}

    record Search(int filter, int past) implements Step {}
  }

  /** A record as the model knows it. */
  private record Item(@Nullable Integer seed, Metadata metadata, boolean vector) {}

  private record State(Map<String, Item> items, int declared) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> keys = Arbitraries.integers().between(0, KEYS - 1);
    Arbitrary<Integer> seeds = Arbitraries.integers().between(0, 30);
    Arbitrary<Step> put =
        Combinators.combine(keys, Arbitraries.of(1, 1, 5, 20), seeds).as(Step.Put::new);
    Arbitrary<Step> value = Combinators.combine(keys, seeds).as(Step.Value::new);
    Arbitrary<Step> describe =
        Combinators.combine(keys, Arbitraries.integers().between(0, 3)).as(Step.Describe::new);
    Arbitrary<Step> delete = Combinators.combine(keys, Arbitraries.of(1, 8)).as(Step.Delete::new);
    Arbitrary<Step> declare =
        Arbitraries.integers().between(0, DECLARATIONS.size() - 1).map(Step.Declare::new);
    Arbitrary<Step> search =
        Combinators.combine(
                Arbitraries.integers().between(0, FILTERS.size() - 1),
                Arbitraries.of(0, 0, 0, 1, 2, 5, 1_000))
            .as(Step.Search::new);
    return Arbitraries.frequencyOf(
            Tuple.of(4, put),
            Tuple.of(3, value),
            Tuple.of(2, describe),
            Tuple.of(1, delete),
            Tuple.of(2, declare),
            Tuple.of(10, search))
        .list()
        .ofMinSize(10)
        .ofMaxSize(60);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void similar_filtersByWhatWasDeclaredThen(@ForAll("histories") List<Step> steps) {
    // A graph from 30 vectors on, so that both tiers answer.
    try (SearchFixture db =
        SearchFixture.of(StoreOptions.inMemory(), new VectorOptions(null, 1L << 20, 30))) {
      Run run = new Run(db);
      run.apply(new Step.Put(0, 25, 1));
      run.apply(new Step.Declare(1));
      steps.forEach(run::apply);
      for (int filter = 0; filter < FILTERS.size(); filter++) {
        run.apply(new Step.Search(filter, 0));
        run.apply(new Step.Search(filter, 3));
      }
    }
  }

  /** A database and its model, side by side. */
  private static final class Run {
    private final SearchFixture db;
    private final Map<Long, State> versions = new TreeMap<>();
    private State now = new State(new TreeMap<>(), 0);

    Run(SearchFixture db) {
      this.db = db;
      versions.put(0L, now);
    }

    void apply(Step step) {
      switch (step) {
        case Step.Put put -> {
          WriteBatch.Builder batch = WriteBatch.builder();
          Map<String, Item> items = new TreeMap<>(now.items);
          for (int i = 0; i < put.count; i++) {
            int seed = put.seed + i;
            batch.put(
                NS,
                key(put.key + i),
                value(seed),
                metadata(seed % 4),
                Embedding.of(SearchFixture.COSINE, vector(seed)));
            items.put(key(put.key + i), new Item(seed, metadata(seed % 4), true));
          }
          commit(batch.build(), new State(items, now.declared));
        }
        case Step.Value value -> upsert(value.key, value.seed, null);
        case Step.Describe describe -> upsert(describe.key, null, metadata(describe.colour));
        case Step.Delete delete -> {
          WriteBatch.Builder batch = WriteBatch.builder();
          Map<String, Item> items = new TreeMap<>(now.items);
          for (int i = 0; i < delete.count; i++) {
            batch.delete(NS, key(delete.key + i));
            items.remove(key(delete.key + i));
          }
          commit(batch.build(), new State(items, now.declared));
        }
        case Step.Declare declare ->
            commit(
                WriteBatch.of(
                    new Write.Configure(
                        NS, NamespaceOptions.DEFAULT.withFields(DECLARATIONS.get(declare.fields)))),
                new State(now.items, declare.fields));
        case Step.Search search -> search(search);
      }
    }

    private void upsert(int number, @Nullable Integer seed, @Nullable Metadata metadata) {
      Map<String, Item> items = new TreeMap<>(now.items);
      Item former = items.getOrDefault(key(number), new Item(null, Metadata.EMPTY, false));
      items.put(
          key(number),
          new Item(
              seed == null ? former.seed : seed,
              metadata == null ? former.metadata : metadata,
              former.vector));
      commit(
          WriteBatch.of(
              new Write.Upsert(
                  NS,
                  key(number),
                  seed == null ? null : value(seed),
                  metadata,
                  List.of(),
                  Write.Expiry.Unchanged.UNCHANGED,
                  WriteCondition.none())),
          new State(items, now.declared));
    }

    private void commit(WriteBatch batch, State next) {
      now = next;
      versions.put(db.commit(batch).version(), next);
    }

    private void search(Step.Search search) {
      SearchRequest request =
          SearchRequest.byVector(NS, vector(7))
              .withK(KEYS * 2)
              .withFilter(FILTERS.get(search.filter));
      if (search.past > 0) {
        long newest = db.store().now().version();
        request = request.withAsOf(AsOf.version(Math.max(0, newest - search.past)));
      }
      SearchResult result = db.engine().similar(request);
      State state = Objects.requireNonNull(versions.get(result.readPoint().version()));
      Set<String> expected = new HashSet<>();
      state.items.forEach(
          (key, item) -> {
            if (item.vector && FILTERS.get(search.filter).matches(seen(item, state.declared))) {
              expected.add(key);
            }
          });
      Set<String> found = new HashSet<>();
      for (Hit hit : result.hits()) {
        assertTrue(found.add(hit.key()));
      }
      assertEquals(expected, found, () -> search + " at " + result.readPoint());
    }

    /** What filters see, told apart from the seeds that values are made of. */
    private static Metadata seen(Item item, int declared) {
      Map<String, Object> fields = new TreeMap<>(item.metadata.asMap());
      if (declared > 0) {
        fields.remove("colour");
      }
      Integer seed = item.seed;
      if (seed != null && !isText(seed)) {
        if (declared == 1 || declared == 3) {
          fields.put("colour", (long) (seed % 5));
        } else if (declared == 2 && seed % 2 == 0) {
          fields.put("colour", (long) (seed % 3));
        }
        if (declared == 3) {
          fields.put("tag", seed % 2 == 0 ? List.of("a", "b") : List.of());
        }
      }
      return Metadata.of(fields);
    }

    private static Value value(int seed) {
      if (isText(seed)) {
        return Value.text("{\"colour\":1}");
      }
      String other = seed % 2 == 0 ? "{\"colour\":" + seed % 3 + "}" : "null";
      String tags = seed % 2 == 0 ? "[\"a\",\"b\"]" : "[]";
      return Value.json(
          "{\"colour\":" + seed % 5 + ",\"other\":" + other + ",\"tags\":" + tags + "}");
    }

    private static boolean isText(int seed) {
      return seed % 7 == 0;
    }

    private static Metadata metadata(int colour) {
      return colour == 0 ? Metadata.EMPTY : Metadata.of("colour", colour);
    }

    private static String key(int number) {
      return "key" + number % KEYS;
    }

    private static float[] vector(int seed) {
      return SearchFixture.vector(new Random(seed), SearchFixture.DIMENSION);
    }
  }
}
