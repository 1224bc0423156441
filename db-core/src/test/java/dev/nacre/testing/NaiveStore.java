package dev.nacre.testing;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ConflictException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Change;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.testing.NaiveWorld.NaiveEmbedding;
import dev.nacre.testing.NaiveWorld.NaiveNamespace;
import dev.nacre.testing.NaiveWorld.NaiveState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of the versioned store: one whole copy of the world per version. It knows the data
 * model and nothing of how it is stored. For one thread.
 */
public final class NaiveStore {
  private final List<NaiveWorld> worlds = new ArrayList<>(List.of(NaiveWorld.empty()));

  /** Changes by incarnation of a namespace, in commit order. */
  private final Map<Integer, List<Change>> logs = new LinkedHashMap<>();

  /** The newest purge of an incarnation. */
  private final Map<Integer, Long> purged = new LinkedHashMap<>();

  /** The names of incarnations. */
  private final Map<Integer, String> names = new LinkedHashMap<>();

  /** What happened to namespaces and their records, in order. */
  private final List<NaiveEvent> events = new ArrayList<>();

  /** The same of the commit at hand. */
  private final List<NaiveEvent> eventsAtHand = new ArrayList<>();

  /** When and with which options incarnations were deleted. */
  private final Map<Integer, Ended> ended = new LinkedHashMap<>();

  /** The same of the commit at hand. */
  private final Map<Integer, Ended> endedAtHand = new LinkedHashMap<>();

  private int incarnations;

  /**
   * The end of a namespace.
   *
   * @param version when
   * @param options its options then
   */
  record Ended(long version, NamespaceOptions options) {}

  /**
   * Something that happened to a namespace.
   *
   * @param version when
   * @param namespace to which
   * @param kind what
   * @param change of a record, or null
   */
  record NaiveEvent(long version, String namespace, Kind kind, @Nullable Change change) {
    enum Kind {
      CREATED,
      DELETED,
      RECORD,
      PURGED
    }
  }

  /**
   * Commits a batch.
   *
   * @param clock what the clock says
   * @return the version
   * @throws ConflictException when a condition does not hold
   * @throws ValidationException when an embedding space is another one
   */
  public long commit(WriteBatch batch, Instant clock) {
    NaiveWorld last = last();
    Instant now = clock.truncatedTo(ChronoUnit.MICROS);
    Instant next = last.committedAt().plus(1, ChronoUnit.MICROS);
    // The first commit has no one before it: the clock decides alone.
    Instant time = last.version() > 0 && next.isAfter(now) ? next : now;
    NaiveWorld world = last.successor(time);
    List<LoggedChange> changes = new ArrayList<>();
    int incarnationsBefore = incarnations;
    eventsAtHand.clear();
    endedAtHand.clear();
    try {
      for (Write write : batch.writes()) {
        apply(world, write, changes);
      }
    } catch (ConflictException | ValidationException e) {
      incarnations = incarnationsBefore;
      names.keySet().removeIf(incarnation -> incarnation > incarnationsBefore);
      throw e;
    }
    add(world, changes);
    ended.putAll(endedAtHand);
    return world.version();
  }

  /**
   * Commits tombstones of all records that have expired, in the order of their expiry, when there
   * are any.
   *
   * @param clock what the clock says
   */
  public void expire(Instant clock) {
    ReadPoint now = now(clock, "");
    NaiveWorld last = last();
    List<Expired> expired = new ArrayList<>();
    last.namespaces()
        .forEach(
            (name, namespace) ->
                namespace.states.forEach(
                    (key, state) -> {
                      if (!state.deleted() && !state.isLive(now.instant())) {
                        expired.add(new Expired(name, key, state));
                      }
                    }));
    if (expired.isEmpty()) {
      return;
    }
    expired.sort(
        Comparator.<Expired, Instant>comparing(one -> requireNonNull(one.state.expiresAt()))
            .thenComparing(Expired::key, NaiveWorld.KEY_ORDER));
    Instant next = last.committedAt().plus(1, ChronoUnit.MICROS);
    Instant time = clock.truncatedTo(ChronoUnit.MICROS);
    NaiveWorld world = last.successor(next.isAfter(time) ? next : time);
    List<LoggedChange> changes = new ArrayList<>();
    eventsAtHand.clear();
    for (Expired one : expired) {
      bury(world, namespace(world, one.namespace), one.key, one.state, changes);
    }
    add(world, changes);
  }

  /**
   * Commits tombstones of records that have expired.
   *
   * @param time of the commit
   * @param keys by namespace
   */
  void expire(Instant time, Map<String, Set<String>> keys) {
    NaiveWorld world = last().successor(time);
    List<LoggedChange> changes = new ArrayList<>();
    eventsAtHand.clear();
    keys.forEach(
        (name, expired) -> {
          for (String key : expired) {
            NaiveState state = stored(world, name, key);
            if (state == null || state.deleted() || state.isLive(time)) {
              throw new AssertionError(
                  name + "/" + key + " was ended as expired at " + time + ", it is " + state);
            }
            bury(world, namespace(world, name), key, state, changes);
          }
        });
    add(world, changes);
  }

  private record Expired(String namespace, String key, NaiveState state) {}

  private void add(NaiveWorld world, List<LoggedChange> changes) {
    worlds.add(world);
    events.addAll(eventsAtHand);
    for (LoggedChange logged : changes) {
      logs.computeIfAbsent(logged.incarnation, _ -> new ArrayList<>()).add(logged.change);
    }
  }

  /** Erases records from every world there was; its commit says that something was purged. */
  public long purge(PurgeRequest request, Instant clock) {
    NaiveWorld last = last();
    Instant now = clock.truncatedTo(ChronoUnit.MICROS);
    Instant next = last.committedAt().plus(1, ChronoUnit.MICROS);
    NaiveWorld world = last.successor(last.version() > 0 && next.isAfter(now) ? next : now);
    String name = request.namespace();
    if (world.namespaces().containsKey(name)) {
      events.add(new NaiveEvent(world.version(), name, NaiveEvent.Kind.PURGED, null));
      if (request.kind() == PurgeKind.NAMESPACE) {
        NaiveNamespace removed = requireNonNull(world.namespaces().remove(name));
        ended.put(removed.incarnation, new Ended(world.version(), removed.options));
        events.add(new NaiveEvent(world.version(), name, NaiveEvent.Kind.DELETED, null));
      }
    }
    worlds.add(world);
    forget(request);
    names.forEach(
        (incarnation, of) -> {
          if (of.equals(name)) {
            purged.put(incarnation, world.version());
          }
        });
    return world.version();
  }

  /** The same by a commit that was taken back: what is gone is gone. */
  void forget(PurgeRequest request) {
    String name = request.namespace();
    for (NaiveWorld world : worlds) {
      NaiveNamespace namespace = world.namespaces().get(name);
      if (namespace != null) {
        namespace.states.keySet().removeIf(key -> covers(request, key));
      }
    }
    logs.forEach(
        (incarnation, changes) -> {
          if (name.equals(names.get(incarnation))) {
            changes.removeIf(change -> covers(request, change.key()));
          }
        });
    events.replaceAll(
        event ->
            event.change() != null
                    && event.namespace().equals(name)
                    && covers(request, event.change().key())
                ? new NaiveEvent(event.version(), name, NaiveEvent.Kind.PURGED, null)
                : event);
  }

  private static boolean covers(PurgeRequest request, String key) {
    return switch (request.kind()) {
      case KEY -> key.equals(request.key());
      case PREFIX -> key.startsWith(request.key());
      case NAMESPACE -> true;
    };
  }

  /**
   * Whether something that a batch writes or locks has changed since its read point.
   *
   * @param clock what the clock says
   */
  boolean conflicts(WriteBatch batch, SnapshotCheck check, Instant clock) {
    Instant next = last().committedAt().plus(1, ChronoUnit.MICROS);
    Instant now = clock.truncatedTo(ChronoUnit.MICROS);
    Instant time = last().version() > 0 && next.isAfter(now) ? next : now;
    List<RecordKey> judged = new ArrayList<>(check.locked());
    for (Write write : batch.writes()) {
      switch (write) {
        case Write.Upsert upsert -> judged.add(new RecordKey(upsert.namespace(), upsert.key()));
        case Write.Delete delete -> judged.add(new RecordKey(delete.namespace(), delete.key()));
        case Write.Configure _ -> {}
        case Write.DeleteNamespace _ -> {}
      }
    }
    return judged.stream().anyMatch(record -> hasChanged(record, check.readPoint(), time));
  }

  private boolean hasChanged(RecordKey record, ReadPoint since, Instant time) {
    boolean over =
        ended.entrySet().stream()
            .anyMatch(
                end ->
                    end.getValue().version() > since.version()
                        && record.namespace().equals(names.get(end.getKey())));
    NaiveNamespace namespace = last().namespaces().get(record.namespace());
    if (over || namespace == null) {
      return over;
    }
    NaiveState state = namespace.states.get(record.key());
    return purgedVersion(namespace.incarnation) > since.version()
        || (state != null
            && (state.version() > since.version()
                || (state.isLive(since.instant()) && !state.isLive(time))));
  }

  /** The newest purge of an incarnation, 0 when there was none. */
  long purgedVersion(int incarnation) {
    return purged.getOrDefault(incarnation, 0L);
  }

  private record LoggedChange(int incarnation, Change change) {}

  private void apply(NaiveWorld world, Write write, List<LoggedChange> changes) {
    switch (write) {
      case Write.Upsert upsert -> upsert(world, upsert, changes);
      case Write.Delete delete -> delete(world, delete, changes);
      case Write.Configure configure -> {
        NaiveNamespace namespace = namespace(world, configure.namespace());
        configure.options().spaces().forEach(space -> fix(namespace, space));
        namespace.options = configure.options();
      }
      case Write.DeleteNamespace delete -> {
        NaiveNamespace removed = world.namespaces().remove(delete.namespace());
        if (removed != null) {
          endedAtHand.put(removed.incarnation, new Ended(world.version(), removed.options));
          eventsAtHand.add(
              new NaiveEvent(world.version(), delete.namespace(), NaiveEvent.Kind.DELETED, null));
        }
      }
    }
  }

  private void upsert(NaiveWorld world, Write.Upsert upsert, List<LoggedChange> changes) {
    NaiveState stored = stored(world, upsert.namespace(), upsert.key());
    NaiveState before = stored != null && stored.isLive(world.committedAt()) ? stored : null;
    check(upsert.condition(), upsert.key(), before);
    NaiveNamespace namespace = namespace(world, upsert.namespace());

    Map<String, NaiveEmbedding> embeddings =
        new LinkedHashMap<>(before == null ? Map.of() : before.embeddings());
    TreeSet<String> written = new TreeSet<>();
    for (Embedding embedding : upsert.embeddings()) {
      fix(namespace, embedding.space());
      embeddings.put(embedding.space().name(), new NaiveEmbedding(embedding, world.version()));
      written.add(embedding.space().name());
    }
    if (before == null && stored != null) {
      // What an expired record had ends here, and the log says so to the views.
      written.addAll(stored.embeddings().keySet());
    }
    Value value = upsert.value();
    Metadata metadata = upsert.metadata();
    namespace.states.put(
        upsert.key(),
        new NaiveState(
            world.version(),
            world.committedAt(),
            false,
            value != null || before == null ? value : before.value(),
            value != null ? world.version() : before == null ? 0 : before.valueVersion(),
            metadata != null ? metadata : before == null ? Metadata.EMPTY : before.metadata(),
            metadata != null ? world.version() : before == null ? 0 : before.metadataVersion(),
            embeddings,
            expiry(world, namespace, upsert, before)));
    log(
        namespace,
        new Change(
            world.version(),
            Operation.UPSERT,
            upsert.key(),
            value != null,
            metadata != null,
            written),
        changes);
  }

  private void log(NaiveNamespace namespace, Change change, List<LoggedChange> changes) {
    changes.add(new LoggedChange(namespace.incarnation, change));
    eventsAtHand.add(
        new NaiveEvent(change.version(), namespace.name, NaiveEvent.Kind.RECORD, change));
  }

  private static @Nullable Instant expiry(
      NaiveWorld world,
      NaiveNamespace namespace,
      Write.Upsert upsert,
      @Nullable NaiveState before) {
    return switch (upsert.expiry()) {
      case Write.Expiry.Never never -> null;
      case Write.Expiry.At at -> at.instant();
      case Write.Expiry.After after -> world.committedAt().plus(after.duration());
      case Write.Expiry.Unchanged unchanged -> {
        Duration timeToLive = namespace.options.timeToLive();
        if (upsert.value() != null && timeToLive != null) {
          yield world.committedAt().plus(timeToLive);
        }
        yield before == null ? null : before.expiresAt();
      }
    };
  }

  private void delete(NaiveWorld world, Write.Delete delete, List<LoggedChange> changes) {
    NaiveState stored = stored(world, delete.namespace(), delete.key());
    NaiveState before = stored != null && stored.isLive(world.committedAt()) ? stored : null;
    check(delete.condition(), delete.key(), before);
    NaiveNamespace namespace = world.namespaces().get(delete.namespace());
    if (before == null || namespace == null) {
      return;
    }
    bury(world, namespace, delete.key(), before, changes);
  }

  private void bury(
      NaiveWorld world,
      NaiveNamespace namespace,
      String key,
      NaiveState before,
      List<LoggedChange> changes) {
    namespace.states.put(key, NaiveState.tombstone(world.version(), world.committedAt()));
    log(
        namespace,
        new Change(
            world.version(),
            Operation.DELETE,
            key,
            before.value() != null,
            before.metadataVersion() != 0,
            before.embeddings().keySet()),
        changes);
  }

  private static @Nullable NaiveState stored(NaiveWorld world, String namespace, String key) {
    NaiveNamespace found = world.namespaces().get(namespace);
    return found == null ? null : found.states.get(key);
  }

  private NaiveNamespace namespace(NaiveWorld world, String name) {
    return world
        .namespaces()
        .computeIfAbsent(
            name,
            absent -> {
              eventsAtHand.add(
                  new NaiveEvent(world.version(), absent, NaiveEvent.Kind.CREATED, null));
              names.put(++incarnations, absent);
              return new NaiveNamespace(absent, incarnations, world.version());
            });
  }

  private static void fix(NaiveNamespace namespace, EmbeddingSpace space) {
    EmbeddingSpace fixed = namespace.spaces.putIfAbsent(space.name(), space);
    if (fixed != null && !fixed.equals(space)) {
      throw new ValidationException("space " + space.name() + " is another one");
    }
  }

  private static void check(WriteCondition condition, String key, @Nullable NaiveState live) {
    boolean holds =
        switch (condition) {
          case WriteCondition.None none -> true;
          case WriteCondition.IfAbsent ifAbsent -> live == null;
          case WriteCondition.IfVersion ifVersion ->
              live != null && live.version() == ifVersion.version();
        };
    if (!holds) {
      throw new ConflictException(key);
    }
  }

  // ---- Reading.

  /** The newest version, 0 before the first commit. */
  public long version() {
    return last().version();
  }

  /** The commit time of a version. */
  public Instant committedAt(long version) {
    return world(version).committedAt();
  }

  /** The pair (V, T) of now. */
  public ReadPoint now(Instant clock, String lineage) {
    Instant time = last().committedAt();
    Instant now = clock.truncatedTo(ChronoUnit.MICROS);
    return new ReadPoint(version(), version() > 0 && time.isAfter(now) ? time : now, lineage);
  }

  /** The pair (V, T) of an instant. */
  public ReadPoint atInstant(Instant instant, Instant clock, String lineage) {
    ReadPoint now = now(clock, lineage);
    if (!instant.isBefore(now.instant())) {
      return now;
    }
    long version = version();
    while (version > 0 && committedAt(version).isAfter(instant)) {
      version--;
    }
    return new ReadPoint(version, instant, lineage);
  }

  NaiveWorld world(long version) {
    return worlds.get((int) version);
  }

  private NaiveWorld last() {
    return worlds.getLast();
  }

  /** The record of a key, if it is live. */
  Optional<NaiveState> get(ReadPoint at, String namespace, String key) {
    return Optional.ofNullable(stored(world(at.version()), namespace, key))
        .filter(state -> state.isLive(at.instant()));
  }

  /** The live records of a namespace whose keys pass, in order. */
  Map<String, NaiveState> scan(
      ReadPoint at, String namespace, String prefix, @Nullable String from, @Nullable String to) {
    Map<String, NaiveState> found = new LinkedHashMap<>();
    NaiveNamespace live = world(at.version()).namespaces().get(namespace);
    if (live != null) {
      live.states.forEach(
          (key, state) -> {
            if (state.isLive(at.instant())
                && key.startsWith(prefix)
                && (from == null || NaiveWorld.KEY_ORDER.compare(key, from) >= 0)
                && (to == null || NaiveWorld.KEY_ORDER.compare(key, to) < 0)) {
              found.put(key, state);
            }
          });
    }
    return found;
  }

  /** What each version up to {@code version} left of a key, newest first; expiry is not judged. */
  List<NaiveState> history(long version, String namespace, String key) {
    List<NaiveState> states = new ArrayList<>();
    NaiveNamespace live = world(version).namespaces().get(namespace);
    if (live == null) {
      return states;
    }
    for (long v = version; v >= live.createdVersion; v--) {
      NaiveNamespace then = world(v).namespaces().get(namespace);
      NaiveState state = then == null ? null : then.states.get(key);
      if (state != null && state.version() == v) {
        states.add(state);
      }
    }
    return states;
  }

  /** What happened to a namespace name in (after, upTo], records with a prefix only. */
  List<NaiveEvent> events(String namespace, String prefix, long after, long upTo) {
    return events.stream()
        .filter(event -> event.namespace().equals(namespace))
        .filter(event -> event.version() > after && event.version() <= upTo)
        .filter(event -> event.change() == null || event.change().key().startsWith(prefix))
        .toList();
  }

  /**
   * Whether the log of an incarnation has rows of versions in [from, upTo], purged ones counted.
   */
  boolean hasLog(NaiveNamespace namespace, long from, long upTo) {
    Ended end = ended.get(namespace.incarnation);
    long last = end == null ? upTo : Math.min(upTo, end.version());
    return events.stream()
        .filter(event -> event.namespace().equals(namespace.name))
        .filter(
            event ->
                event.kind() == NaiveEvent.Kind.RECORD || event.kind() == NaiveEvent.Kind.PURGED)
        .anyMatch(
            event ->
                event.version() >= Math.max(from, namespace.createdVersion)
                    && event.version() <= last);
  }

  /** The incarnations that were deleted. */
  Map<Integer, Ended> ended() {
    return ended;
  }

  /** The changes of an incarnation in (after, upTo]. */
  List<Change> log(int incarnation, long after, long upTo) {
    return logs.getOrDefault(incarnation, List.of()).stream()
        .filter(change -> change.version() > after && change.version() <= upTo)
        .toList();
  }
}
