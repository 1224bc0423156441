package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Change;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryOrder;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.Operation;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.CachedRead;
import dev.nacre.store.Store;
import dev.nacre.store.StoredVector;
import dev.nacre.testing.NaiveWorld.NaiveEmbedding;
import dev.nacre.testing.NaiveWorld.NaiveNamespace;
import dev.nacre.testing.NaiveWorld.NaiveState;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks store and model the same questions and compares the answers. */
final class StoreComparison {
  private static final ValueLayout.OfFloat FLOAT_LE =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NaiveStore model;
  private final ManualClock clock;
  private final Universe universe;
  private final NaiveFloors floors;

  /**
   * Ids of the store by incarnation of the model: fixed once seen, across reopenings, and never
   * equal.
   */
  private final Map<Integer, Integer> ids = new HashMap<>();

  /**
   * What is asked about.
   *
   * @param namespaces every name that may exist
   * @param keys every key that may exist
   * @param spaces every space that may exist
   */
  record Universe(List<String> namespaces, List<String> keys, List<EmbeddingSpace> spaces) {
    Set<String> spaceNames() {
      return spaces.stream().map(EmbeddingSpace::name).collect(Collectors.toSet());
    }
  }

  StoreComparison(NaiveStore model, ManualClock clock, Universe universe) {
    this(model, clock, universe, new NaiveFloors(model, Duration.ZERO));
  }

  /** A comparison with a store that is swept. */
  StoreComparison(NaiveStore model, ManualClock clock, Universe universe, NaiveFloors floors) {
    this.model = model;
    this.clock = clock;
    this.universe = universe;
    this.floors = floors;
  }

  /** A question about one namespace. */
  @FunctionalInterface
  interface Question {
    void ask();
  }

  /** Asks; that it is refused because history was dropped must be allowed. */
  void mayBeDropped(String namespace, long version, Question question) {
    try {
      question.ask();
    } catch (HistoryDroppedException e) {
      assertDropped(e, namespace, version);
    }
  }

  /** Whether reading as of a version may be refused. */
  boolean isMaybeDropped(String namespace, long version) {
    NaiveNamespace expected = expectedNamespace(version, namespace);
    return expected != null && version < floors.of(expected.incarnation).may();
  }

  /** Whether what happened to an absent record of a namespace since a version may be forgotten. */
  boolean isNowMaybeDropped(String namespace, long since) {
    NaiveNamespace now = expectedNamespace(model.version(), namespace);
    return now != null && since < floors.of(now.incarnation).may();
  }

  /** Whether a feed that begins after a version may be refused. */
  boolean isFeedMaybeDropped(String namespace, long after, boolean withRecords) {
    for (long version = 0; version <= model.version(); version++) {
      NaiveNamespace there = expectedNamespace(version, namespace);
      if (there != null) {
        NaiveFloors.Floor floor = floors.of(there.incarnation);
        if (Math.max(after + 1, there.createdVersion) < floor.log()
            || (withRecords && version > after && version < floor.may())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Asks what takes all that was there; where history was dropped it must be refused. */
  private void asks(String namespace, long version, Question question) {
    NaiveNamespace expected = expectedNamespace(version, namespace);
    boolean answered = false;
    try {
      question.ask();
      answered = true;
    } catch (HistoryDroppedException e) {
      assertDropped(e, namespace, version);
    }
    if (answered && expected != null) {
      assertTrue(
          version >= floors.of(expected.incarnation).must(),
          () -> namespace + " was read at version " + version + ", which should be dropped");
    }
  }

  private void assertDropped(HistoryDroppedException e, String namespace, long version) {
    NaiveNamespace expected = expectedNamespace(version, namespace);
    if (expected == null) {
      throw e;
    }
    NaiveFloors.Floor floor = floors.of(expected.incarnation);
    long oldest = Long.parseLong(String.valueOf(e.details().get("oldest")));
    if (version >= floor.may() || oldest < floor.must() || oldest > floor.may()) {
      throw new AssertionError(
          namespace + " is refused at version " + version + ", the floor is " + floor, e);
    }
  }

  /** The names of every space that may exist. */
  Set<String> spaceNames() {
    return universe.spaceNames();
  }

  /** One random moment, everything there. */
  void compareSomewhere(Store store, Random random) {
    compareAt(store, moment(random), random);
  }

  /** One moment, everything there. */
  void compareAt(Store store, AsOf asOf, Random random) {
    ReadPoint at = expected(asOf, store.lineage());
    assertEquals(at, store.resolve(asOf), () -> "resolve " + asOf);
    if (asOf instanceof AsOf.Now) {
      assertEquals(at, store.now());
    }
    compareNamespaces(store, at);
    for (String namespace : universe.namespaces()) {
      long version = at.version();
      comparePoints(store, at, namespace, random);
      asks(namespace, version, () -> compareScan(store, asOf, at, namespace, random));
      asks(namespace, version, () -> compareMetadata(store, at, namespace, random));
      String key = pick(universe.keys(), random);
      asks(namespace, version, () -> compareHistory(store, asOf, at, namespace, key, random));
      compareViewReads(store, version, namespace, random);
    }
  }

  /** Every version, every key. */
  void compareEverywhere(Store store) {
    compareVersions(store, 0, model.version());
    ReadPoint now = store.now();
    Random random = new Random(0);
    for (String namespace : universe.namespaces()) {
      for (String key : universe.keys()) {
        compareHistory(store, AsOf.now(), now, namespace, key, random);
      }
    }
  }

  /** Every key at some versions, both ends included, and what the log says of them. */
  void compareVersions(Store store, long from, long to) {
    for (long version = from; version <= to; version++) {
      AsOf asOf = AsOf.version(version);
      ReadPoint at = expected(asOf, store.lineage());
      assertEquals(at, store.resolve(asOf));
      compareNamespaces(store, at);
      for (String namespace : universe.namespaces()) {
        for (String key : universe.keys()) {
          mayBeDropped(
              namespace,
              version,
              () ->
                  assertRecord(
                      model.get(at, namespace, key),
                      store.get(at, namespace, key, universe.spaceNames()),
                      namespace,
                      key,
                      universe.spaceNames(),
                      at));
        }
        long asOfVersion = version;
        mayBeDropped(namespace, version, () -> compareAllVectors(store, asOfVersion, namespace));
        compareLog(store, Math.max(0, version - 1), version, namespace);
      }
    }
  }

  AsOf moment(Random random) {
    return switch (random.nextInt(5)) {
      case 0, 1 -> AsOf.now();
      case 2, 3 -> AsOf.version(random.nextLong(model.version() + 1));
      default -> {
        Instant first = model.version() == 0 ? clock.instant() : model.committedAt(1);
        Instant last = model.now(clock.instant(), "").instant();
        long span = ChronoUnit.MICROS.between(first, last);
        // A little before the first commit and after now, too.
        yield AsOf.instant(first.plus(random.nextLong(-5, span + 5), ChronoUnit.MICROS));
      }
    };
  }

  ReadPoint expected(AsOf asOf, String lineage) {
    return switch (asOf) {
      case AsOf.Now now -> model.now(clock.instant(), lineage);
      case AsOf.AtVersion at when at.version() == 0 -> {
        // The empty database has no commit time; whatever T it is read at, nothing is there.
        yield new ReadPoint(0, Instant.EPOCH, lineage);
      }
      case AsOf.AtVersion at ->
          new ReadPoint(at.version(), model.committedAt(at.version()), lineage);
      case AsOf.AtInstant at -> model.atInstant(at.instant(), clock.instant(), lineage);
      case AsOf.AtReadPoint at -> at.readPoint();
    };
  }

  private void compareNamespaces(Store store, ReadPoint at) {
    List<Namespace> found = store.namespaces(at);
    assertEquals(
        new TreeMap<>(model.world(at.version()).namespaces()).keySet().stream().toList(),
        found.stream().map(Namespace::name).toList());
    for (Namespace namespace : found) {
      NaiveNamespace expected = expectedNamespace(at.version(), namespace.name());
      assertNotNull(expected);
      assertEquals(expected.createdVersion, namespace.createdVersion(), namespace::name);
      assertEquals(expected.options, namespace.options(), namespace::name);
      assertEquals(
          Set.copyOf(expected.spaces.values()), Set.copyOf(namespace.spaces()), namespace::name);
      assertEquals(expected.spaces.size(), namespace.spaces().size(), namespace::name);
      Integer before = ids.putIfAbsent(expected.incarnation, namespace.id());
      assertEquals(before == null ? namespace.id() : before, namespace.id(), "id changed");
      assertEquals(ids.size(), Set.copyOf(ids.values()).size(), () -> "id used twice: " + ids);
    }
    for (String name : universe.namespaces()) {
      assertEquals(
          found.stream().filter(namespace -> namespace.name().equals(name)).findFirst(),
          store.namespace(at, name));
    }
  }

  private @Nullable NaiveNamespace expectedNamespace(long version, String name) {
    return model.world(version).namespaces().get(name);
  }

  private void comparePoints(Store store, ReadPoint at, String namespace, Random random) {
    Set<String> spaces = new HashSet<>(universe.spaceNames());
    spaces.removeIf(_ -> random.nextBoolean());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(pick(universe.keys(), random));
    }
    mayBeDropped(
        namespace,
        at.version(),
        () -> {
          List<Optional<VersionedRecord>> all = store.getAll(at, namespace, keys, spaces);
          assertEquals(keys.size(), all.size());
          for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            assertRecord(model.get(at, namespace, key), all.get(i), namespace, key, spaces, at);
          }
        });
    for (String key : keys) {
      Optional<NaiveState> expected = model.get(at, namespace, key);
      mayBeDropped(
          namespace,
          at.version(),
          () ->
              assertRecord(
                  expected, store.get(at, namespace, key, spaces), namespace, key, spaces, at));
      mayBeDropped(
          namespace,
          at.version(),
          () -> {
            if (store.getCached(at, namespace, key) instanceof CachedRead.Answer cached) {
              assertRecord(expected, cached.answer(), namespace, key, Set.of(), at);
            }
          });
    }
  }

  private void compareScan(Store store, AsOf asOf, ReadPoint at, String namespace, Random random) {
    String prefix =
        random.nextInt(3) > 0
            ? ""
            : pick(List.of("k", "k\u0000", "y", "\udbff\udfff", "z"), random);
    @Nullable String from = random.nextBoolean() ? null : pick(universe.keys(), random);
    @Nullable String to = random.nextBoolean() ? null : pick(universe.keys(), random);
    if (from != null && to != null && NaiveWorld.KEY_ORDER.compare(from, to) > 0) {
      String swap = from;
      from = to;
      to = swap;
    }
    ScanRequest request =
        ScanRequest.of(namespace)
            .withPrefix(prefix)
            .withRange(from, to)
            .withAsOf(asOf)
            .withLimit(1 + random.nextInt(8));
    Map<String, NaiveState> expected = model.scan(at, namespace, prefix, from, to);
    Map<String, VersionedRecord> found = new LinkedHashMap<>();
    Page<VersionedRecord> page = store.scan(request);
    while (true) {
      assertEquals(at, page.readPoint());
      assertTrue(page.items().size() <= request.limit());
      for (VersionedRecord record : page.items()) {
        assertEquals(null, found.put(record.key(), record), () -> "twice: " + record);
      }
      if (page.next().isEmpty()) {
        break;
      }
      assertFalse(page.items().isEmpty(), "a page that goes on has something");
      // The cursor carries the moment, whatever the request says.
      page = store.scan(request.withAsOf(AsOf.now()).withCursor(page.cursor()));
    }
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(found.keySet()), request::toString);
    expected.forEach(
        (key, state) ->
            assertRecord(
                Optional.of(state),
                Optional.ofNullable(found.get(key)),
                namespace,
                key,
                Set.of(),
                at));
    compareFilteredScan(store, request, expected);
  }

  /** Of all that a scan finds, what matches: page by page as all at once. */
  private static void compareFilteredScan(
      Store store, ScanRequest request, Map<String, NaiveState> expected) {
    for (Filter filter :
        Stream.concat(
                expected.values().stream().flatMap(state -> fieldsOf(state.metadata())).limit(2),
                Stream.of("no such field"))
            .map(Filter::exists)
            .toList()) {
      List<String> matching =
          expected.entrySet().stream()
              .filter(entry -> filter.matches(entry.getValue().metadata()))
              .map(Map.Entry::getKey)
              .toList();
      List<String> found = new ArrayList<>();
      @Nullable String cursor = null;
      do {
        Page<VersionedRecord> page = store.scan(request.withFilter(filter).withCursor(cursor));
        page.items().forEach(record -> found.add(record.key()));
        cursor = page.cursor();
      } while (cursor != null);
      assertEquals(matching, found, request::toString);
    }
  }

  private static Stream<String> fieldsOf(Metadata metadata) {
    return metadata.asMap().keySet().stream();
  }

  private void compareMetadata(Store store, ReadPoint at, String namespace, Random random) {
    Map<String, Metadata> expected = new LinkedHashMap<>();
    model
        .scan(at, namespace, "", null, null)
        .forEach((key, state) -> expected.put(key, state.metadata()));
    Map<String, Metadata> found = new LinkedHashMap<>();
    store.scanMetadata(at, namespace, (key, metadata) -> found.put(key, metadata) == null);
    assertEquals(List.copyOf(expected.entrySet()), List.copyOf(found.entrySet()));
    int stopAfter = 1 + random.nextInt(4);
    List<String> some = new ArrayList<>();
    store.scanMetadata(
        at,
        namespace,
        (key, _) -> {
          some.add(key);
          return some.size() < stopAfter;
        });
    assertEquals(expected.keySet().stream().limit(stopAfter).toList(), some);
  }

  private void compareHistory(
      Store store, AsOf asOf, ReadPoint at, String namespace, String key, Random random) {
    HistoryRequest request =
        HistoryRequest.of(namespace, key)
            .withAsOf(asOf)
            .withLimit(1 + random.nextInt(5))
            .withOrder(
                random.nextBoolean() ? HistoryOrder.NEWEST_FIRST : HistoryOrder.OLDEST_FIRST);
    List<HistoryEntry> found = new ArrayList<>();
    Page<HistoryEntry> page = store.history(request);
    while (true) {
      assertEquals(at, page.readPoint());
      assertTrue(page.items().size() <= request.limit());
      found.addAll(page.items());
      if (page.next().isEmpty()) {
        break;
      }
      assertFalse(page.items().isEmpty(), "a page that goes on has something");
      page = store.history(request.withAsOf(AsOf.now()).withCursor(page.cursor()));
    }
    List<NaiveState> expected = left(at.version(), namespace, key, found.size());
    if (request.order() == HistoryOrder.OLDEST_FIRST) {
      expected = expected.reversed();
    }
    assertEquals(
        expected.stream().map(NaiveState::version).toList(),
        found.stream().map(HistoryEntry::version).toList(),
        () -> "versions of " + namespace + "/" + key + " at " + at);
    for (int i = 0; i < expected.size(); i++) {
      NaiveState state = expected.get(i);
      HistoryEntry entry = found.get(i);
      assertEquals(state.deleted() ? Operation.DELETE : Operation.UPSERT, entry.operation());
      assertEquals(state.committedAt(), entry.committedAt());
      assertEquals(state.deleted(), entry.state().isEmpty());
      entry.state().ifPresent(record -> assertParts(state, record, namespace, key));
    }
  }

  /** What is left of a history, newest first, of which {@code found} entries were found. */
  private List<NaiveState> left(long version, String namespace, String key, int found) {
    List<NaiveState> all = model.history(version, namespace, key);
    NaiveNamespace of = expectedNamespace(version, namespace);
    if (of == null) {
      return all;
    }
    NaiveFloors.Floor floor = floors.of(of.incarnation);
    List<NaiveState> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      long to = NaiveFloors.endOf(all, i);
      boolean mayBeGone = to <= floor.may();
      boolean mustBeGone = to <= floor.gone();
      if (mustBeGone || (mayBeGone && kept.size() >= found)) {
        continue;
      }
      kept.add(all.get(i));
    }
    return kept;
  }

  private void compareViewReads(Store store, long version, String namespace, Random random) {
    NaiveNamespace expected = expectedNamespace(version, namespace);
    if (expected == null) {
      return;
    }
    int id = ids.getOrDefault(expected.incarnation, -1);
    compareLog(store, random.nextLong(version + 1), version, namespace);
    mayBeDropped(namespace, version, () -> compareAllVectors(store, version, namespace));
    String key = pick(universe.keys(), random);
    NaiveState state = expected.states.get(key);
    for (EmbeddingSpace space : expected.spaces.values()) {
      NaiveEmbedding embedding = state == null ? null : state.embeddings().get(space.name());
      mayBeDropped(
          namespace,
          version,
          () -> {
            Optional<StoredVector> found = store.vector(version, id, space, key);
            assertEquals(
                embedding != null, found.isPresent(), () -> namespace + "/" + key + " " + space);
            if (embedding != null) {
              assertEquals(embedding.version(), found.orElseThrow().from());
              assertArrayEquals(embedding.embedding().vector(), found.orElseThrow().vector());
            }
          });
    }
  }

  private void compareLog(Store store, long after, long upTo, String namespace) {
    NaiveNamespace expected = expectedNamespace(upTo, namespace);
    if (expected != null) {
      int id = ids.getOrDefault(expected.incarnation, -1);
      if (after < upTo && model.purgedVersion(expected.incarnation) > after) {
        assertThrows(HistoryDroppedException.class, () -> store.readLog(id, after, upTo, _ -> {}));
        return;
      }
      List<Change> changes = new ArrayList<>();
      boolean dropped =
          after < upTo
              && Math.max(after + 1, expected.createdVersion)
                  < floors.of(expected.incarnation).log();
      if (dropped && floors.isUnknown()) {
        try {
          store.readLog(id, after, upTo, changes::add);
        } catch (HistoryDroppedException _) {
          return;
        }
        assertChanges(expected, after, upTo, changes);
        return;
      }
      if (dropped) {
        assertThrows(
            HistoryDroppedException.class,
            () -> store.readLog(id, after, upTo, changes::add),
            () -> namespace + " after " + after + " up to " + upTo);
        return;
      }
      store.readLog(id, after, upTo, changes::add);
      assertChanges(expected, after, upTo, changes);
    }
  }

  /** Names the first that differs: a log is long. */
  private void assertChanges(NaiveNamespace of, long after, long upTo, List<Change> changes) {
    List<Change> wanted = model.log(of.incarnation, after, upTo);
    for (int i = 0; i < Math.min(wanted.size(), changes.size()); i++) {
      int at = i;
      assertEquals(
          wanted.get(i), changes.get(i), () -> of.name + ", change " + at + " after " + after);
    }
    assertEquals(
        wanted.size(), changes.size(), () -> of.name + ", changes in " + after + " to " + upTo);
  }

  private void compareAllVectors(Store store, long version, String namespace) {
    NaiveNamespace expected = expectedNamespace(version, namespace);
    if (expected == null) {
      return;
    }
    int id = ids.getOrDefault(expected.incarnation, -1);
    for (EmbeddingSpace space : expected.spaces.values()) {
      List<String> wanted = new ArrayList<>();
      expected.states.forEach(
          (key, state) -> {
            NaiveEmbedding embedding = state.embeddings().get(space.name());
            if (embedding != null) {
              wanted.add(describe(key, embedding.version(), embedding.embedding().vector()));
            }
          });
      List<String> found = new ArrayList<>();
      store.scanVectors(
          version,
          id,
          space,
          (key, from, floats) -> {
            found.add(describe(key, from, floats.toArray(FLOAT_LE)));
            return true;
          });
      assertEquals(wanted, found, () -> namespace + " " + space + " at version " + version);
    }
  }

  private static String describe(String key, long from, float[] vector) {
    return key + "@" + from + Arrays.toString(vector);
  }

  static void assertRecord(
      Optional<NaiveState> expected,
      Optional<VersionedRecord> found,
      String namespace,
      String key,
      Set<String> spaces,
      ReadPoint at) {
    assertEquals(
        expected.isPresent(), found.isPresent(), () -> namespace + "/" + key + " at " + at);
    if (expected.isEmpty()) {
      return;
    }
    VersionedRecord record = found.orElseThrow();
    assertParts(expected.orElseThrow(), record, namespace, key);
    assertEquals(at, record.readPoint());
    Map<String, Embedding> embeddings = new HashMap<>();
    expected
        .orElseThrow()
        .embeddings()
        .forEach(
            (space, embedding) -> {
              if (spaces.contains(space)) {
                embeddings.put(space, embedding.embedding());
              }
            });
    assertEquals(embeddings, record.embeddings());
  }

  /**
   * The parts of a record.
   *
   * @param version of the last write
   * @param committedAt of that version
   * @param value or empty
   * @param valueVersion 0 without
   * @param metadata empty without
   * @param metadataVersion 0 without
   * @param embeddingVersions by space
   * @param expiresAt or empty
   */
  private record Parts(
      String namespace,
      String key,
      long version,
      Instant committedAt,
      Optional<Value> value,
      long valueVersion,
      Metadata metadata,
      long metadataVersion,
      Map<String, Long> embeddingVersions,
      Optional<Instant> expiresAt) {}

  private static void assertParts(
      NaiveState state, VersionedRecord record, String namespace, String key) {
    Map<String, Long> embeddingVersions = new HashMap<>();
    state
        .embeddings()
        .forEach((space, embedding) -> embeddingVersions.put(space, embedding.version()));
    Parts expected =
        new Parts(
            namespace,
            key,
            state.version(),
            state.committedAt(),
            Optional.ofNullable(state.value()),
            state.valueVersion(),
            state.metadata(),
            state.metadataVersion(),
            embeddingVersions,
            Optional.ofNullable(state.expiresAt()));
    Parts found =
        new Parts(
            record.namespace(),
            record.key(),
            record.version(),
            record.committedAt(),
            record.value(),
            record.valueVersion().orElse(0),
            record.metadata(),
            record.metadataVersion().orElse(0),
            record.embeddingVersions(),
            record.expiresAt());
    assertEquals(expected, found);
  }

  static <T> T pick(List<T> items, Random random) {
    return items.get(random.nextInt(items.size()));
  }
}
