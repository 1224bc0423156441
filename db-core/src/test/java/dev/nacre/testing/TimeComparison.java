package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.EmbeddingChange;
import dev.nacre.diff.FieldChange;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.store.FeedPage;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import dev.nacre.testing.NaiveStore.NaiveEvent;
import dev.nacre.testing.NaiveWorld.NaiveState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Asks store and model what differs between moments and what happened, and compares the answers.
 */
final class TimeComparison {
  private static final List<String> PREFIXES =
      List.of("", "", "k", "k\u0000", "y", "\udbff\udfff", "z");

  private final NaiveStore model;
  private final StoreComparison comparison;

  TimeComparison(NaiveStore model, StoreComparison comparison) {
    this.model = model;
    this.comparison = comparison;
  }

  /** Random moments, every namespace. */
  void compareSomewhere(Store store, Random random) {
    for (String namespace : RandomHistories.NAMESPACES) {
      compareDiff(store, namespace, random);
      compareFeed(store, namespace, random);
    }
  }

  private void compareDiff(Store store, String namespace, Random random) {
    ReadPoint from = comparison.expected(comparison.moment(random), store.lineage());
    ReadPoint to = comparison.expected(comparison.moment(random), store.lineage());
    String prefix = StoreComparison.pick(PREFIXES, random);
    DiffRequest request =
        DiffRequest.of(namespace, AsOf.at(from), AsOf.at(to))
            .withPrefix(prefix)
            .withLimit(1 + random.nextInt(6));
    List<RecordDiff> found = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      DiffPage page;
      try {
        page = store.diff(request.withCursor(cursor));
      } catch (HistoryDroppedException e) {
        assertTrue(
            comparison.isMaybeDropped(namespace, from.version())
                || comparison.isMaybeDropped(namespace, to.version()),
            () -> namespace + " from " + from + " to " + to + ": " + e.getMessage());
        return;
      }
      assertEquals(from, page.from());
      assertEquals(to, page.to());
      assertTrue(page.items().size() <= request.limit());
      found.addAll(page.items());
      cursor = page.cursor();
    } while (cursor != null);

    Map<String, Optional<NaiveState>> before = new TreeMap<>(NaiveWorld.KEY_ORDER);
    Map<String, Optional<NaiveState>> after = new TreeMap<>(NaiveWorld.KEY_ORDER);
    TreeSet<String> keys = new TreeSet<>(NaiveWorld.KEY_ORDER);
    model
        .scan(from, namespace, prefix, null, null)
        .forEach((key, state) -> before.put(key, Optional.of(state)));
    model
        .scan(to, namespace, prefix, null, null)
        .forEach((key, state) -> after.put(key, Optional.of(state)));
    keys.addAll(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(
        key ->
            same(
                before.getOrDefault(key, Optional.empty()),
                after.getOrDefault(key, Optional.empty())));
    assertEquals(
        List.copyOf(keys),
        found.stream().map(RecordDiff::key).toList(),
        () -> namespace + " under \"" + prefix + "\" from " + from + " to " + to);
    for (RecordDiff diff : found) {
      Optional<NaiveState> left = before.getOrDefault(diff.key(), Optional.empty());
      Optional<NaiveState> right = after.getOrDefault(diff.key(), Optional.empty());
      assertDiff(diff, left, right, namespace, from, to);
      DiffPage alone = store.diff(request.withPrefix("").withKey(diff.key()));
      assertEquals(diff.toString(), alone.items().getFirst().toString());
    }
    String key = StoreComparison.pick(RandomHistories.KEYS, random);
    if (!keys.contains(key) && key.startsWith(prefix)) {
      assertEquals(List.of(), store.diff(request.withPrefix("").withKey(key)).items());
    }
  }

  private static boolean same(Optional<NaiveState> left, Optional<NaiveState> right) {
    return left.map(TimeComparison::content).equals(right.map(TimeComparison::content));
  }

  /** What a record is, apart from when it was written. */
  private static List<Object> content(NaiveState state) {
    Map<String, Embedding> embeddings = embeddings(Optional.of(state));
    return List.of(
        Optional.ofNullable(state.value()),
        state.metadata(),
        embeddings,
        Optional.ofNullable(state.expiresAt()));
  }

  private static Map<String, Embedding> embeddings(Optional<NaiveState> state) {
    Map<String, Embedding> embeddings = new TreeMap<>();
    state.ifPresent(
        there ->
            there
                .embeddings()
                .forEach((space, embedding) -> embeddings.put(space, embedding.embedding())));
    return embeddings;
  }

  private static void assertDiff(
      RecordDiff diff,
      Optional<NaiveState> left,
      Optional<NaiveState> right,
      String namespace,
      ReadPoint from,
      ReadPoint to) {
    StoreComparison.assertRecord(left, diff.before(), namespace, diff.key(), Set.of(), from);
    StoreComparison.assertRecord(right, diff.after(), namespace, diff.key(), Set.of(), to);
    ChangeKind kind = ChangeKind.CHANGED;
    if (left.isEmpty()) {
      kind = ChangeKind.ADDED;
    } else if (right.isEmpty()) {
      kind = ChangeKind.REMOVED;
    }
    assertEquals(kind, diff.kind());
    assertValue(diff, left.map(NaiveState::value), right.map(NaiveState::value));

    Map<String, Object> fields =
        new TreeMap<>(left.map(s -> s.metadata().asMap()).orElse(Map.of()));
    for (FieldChange change : diff.metadata()) {
      assertEquals(Optional.ofNullable(fields.get(change.field())), change.before());
      assertFalse(change.before().equals(change.after()), change::toString);
      change
          .after()
          .ifPresentOrElse(
              value -> fields.put(change.field(), value), () -> fields.remove(change.field()));
    }
    assertEquals(right.map(s -> s.metadata().asMap()).orElse(Map.of()), fields);

    Map<String, Embedding> before = embeddings(left);
    Map<String, Embedding> after = embeddings(right);
    Map<String, ChangeKind> spaces = new LinkedHashMap<>();
    for (EmbeddingSpace space :
        RandomHistories.SPACES.stream()
            .sorted(java.util.Comparator.comparing(EmbeddingSpace::name))
            .toList()) {
      Embedding one = before.get(space.name());
      Embedding other = after.get(space.name());
      if (one == null && other != null) {
        spaces.put(space.name(), ChangeKind.ADDED);
      } else if (one != null && other == null) {
        spaces.put(space.name(), ChangeKind.REMOVED);
      } else if (one != null && other != null && !one.equals(other)) {
        spaces.put(space.name(), ChangeKind.CHANGED);
      }
    }
    assertEquals(
        spaces.entrySet().stream()
            .map(entry -> new EmbeddingChange(entry.getKey(), entry.getValue()))
            .toList(),
        diff.embeddings());
  }

  private static void assertValue(RecordDiff diff, Optional<Value> before, Optional<Value> after) {
    if (before.equals(after)) {
      assertEquals(Optional.empty(), diff.value());
      return;
    }
    ValueChange change = diff.value().orElseThrow();
    if (before.orElse(null) instanceof Value.Json left
        && after.orElse(null) instanceof Value.Json right) {
      ValueChange.Patched patched = assertInstanceOf(ValueChange.Patched.class, change);
      JsonNode made = patched.patch().applyTo(left.asTree());
      assertEquals(right.asTree(), made);
    } else {
      assertEquals(ValueChange.Replaced.REPLACED, change);
    }
  }

  private void compareFeed(Store store, String namespace, Random random) {
    long after = random.nextLong(model.version() + 1);
    long until =
        random.nextInt(3) == 0
            ? Long.MAX_VALUE
            : after + random.nextLong(model.version() + 1 - after);
    String prefix = StoreComparison.pick(PREFIXES, random);
    WatchRequest request =
        WatchRequest.of(namespace).withPrefix(prefix).withPageLimit(1 + random.nextInt(6));
    Set<String> spaces = comparison.spaceNames();
    if (random.nextBoolean()) {
      request = request.withRecords(spaces.toArray(String[]::new));
    }
    List<ChangeEvent> found = new ArrayList<>();
    FeedPosition position = FeedPosition.after(after);
    FeedPage page;
    do {
      try {
        page = store.readFeed(request, position, until);
      } catch (HistoryDroppedException e) {
        boolean withRecords = request.detail() == WatchRequest.Detail.RECORDS;
        assertTrue(
            comparison.isFeedMaybeDropped(namespace, after, withRecords),
            () -> namespace + " after " + after + ": " + e.getMessage());
        return;
      }
      assertTrue(page.events().size() <= request.pageLimit());
      assertTrue(page.caughtUp() || !page.events().isEmpty());
      found.addAll(page.events());
      position = page.position();
    } while (!page.caughtUp());
    assertEquals(Math.min(until, model.version()), page.upTo());

    List<NaiveEvent> expected = model.events(namespace, prefix, after, until);
    assertEquals(
        expected.stream().map(TimeComparison::text).toList(),
        found.stream().map(TimeComparison::text).toList(),
        () -> namespace + " under \"" + prefix + "\" after " + after + " until " + until);
    for (int i = 0; i < found.size(); i++) {
      ChangeEvent event = found.get(i);
      long version = event.commit().version();
      Instant time = model.committedAt(version);
      assertEquals(time, event.commit().committedAt());
      assertEquals(store.lineage(), event.commit().lineage());
      assertEquals(
          i + 1 == found.size() || found.get(i + 1).commit().version() != version,
          event.endsCommit(),
          event::toString);
      if (event instanceof ChangeEvent.RecordChanged changed) {
        ReadPoint at = new ReadPoint(version, time, store.lineage());
        String key = changed.change().key();
        boolean read =
            request.detail() == WatchRequest.Detail.RECORDS
                && changed.change().operation() == Operation.UPSERT
                // Later in the same commit the namespace may have gone.
                && isLastIncarnation(expected, i);
        if (read) {
          StoreComparison.assertRecord(
              model.get(at, namespace, key), changed.record(), namespace, key, spaces, at);
        } else if (request.detail() == WatchRequest.Detail.KEYS) {
          assertEquals(Optional.empty(), changed.record());
        }
      }
    }
  }

  /** Whether nothing was created or deleted behind an event in the same commit. */
  private static boolean isLastIncarnation(List<NaiveEvent> events, int index) {
    long version = events.get(index).version();
    return events.stream()
        .skip(index + 1L)
        .takeWhile(event -> event.version() == version)
        .allMatch(
            event ->
                event.kind() == NaiveEvent.Kind.RECORD || event.kind() == NaiveEvent.Kind.PURGED);
  }

  private static String text(NaiveEvent event) {
    return event.version() + " " + event.kind() + " " + event.change();
  }

  private static String text(ChangeEvent event) {
    long version = event.commit().version();
    return switch (event) {
      case ChangeEvent.NamespaceCreated _ -> version + " CREATED null";
      case ChangeEvent.NamespaceDeleted _ -> version + " DELETED null";
      case ChangeEvent.RecordPurged _ -> version + " PURGED null";
      case ChangeEvent.RecordChanged changed -> version + " RECORD " + changed.change();
    };
  }
}
