package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Embedding;
import dev.nacre.model.Namespace;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.FeedPage;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import dev.nacre.testing.NaiveWorld.NaiveEmbedding;
import dev.nacre.testing.NaiveWorld.NaiveNamespace;
import dev.nacre.testing.NaiveWorld.NaiveState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a directory must hold, worked out from the tokens of its commits, however it came to be left
 * as it is. Of the sweeper it knows only what it may have dropped: when it worked nobody has seen.
 * For one thread.
 */
public final class OracleModel {
  private static final String SWEEPER = "expiry";

  private final NaiveStore model = new NaiveStore();
  private final NaiveFloors floors = new NaiveFloors(model, Duration.ZERO);
  private final List<String> tokens = new ArrayList<>(List.of("version 0"));
  private final Map<String, Long> versions = new HashMap<>();
  private final StoreComparison records =
      comparison(
          List.of(
              OracleWorkload.KEPT,
              OracleWorkload.LAST,
              OracleWorkload.TIMED,
              OracleWorkload.COUNTERS),
          OracleWorkload.KEYS);
  private final StoreComparison vectors =
      comparison(List.of(OracleWorkload.VECTORS), OracleWorkload.VECTOR_KEYS);

  private StoreComparison comparison(List<String> namespaces, List<String> keys) {
    return new StoreComparison(
        model,
        new ManualClock(Instant.EPOCH),
        new StoreComparison.Universe(namespaces, keys, OracleWorkload.SPACES),
        floors);
  }

  /** The newest version it knows. */
  public long version() {
    return model.version();
  }

  /** The token of a version; empty for a commit of the sweeper. */
  public String token(long version) {
    return tokens.get((int) version);
  }

  /** The commit time of a version. */
  public Instant committedAt(long version) {
    return model.committedAt(version);
  }

  /** The version of a token, 0 when there is none. */
  public long versionOf(String token) {
    return versions.getOrDefault(token, 0L);
  }

  /** Learns the versions it does not know yet. */
  public void follow(Store store) {
    long newest = store.now().version();
    assertTrue(newest >= version(), () -> "versions that were there have gone: " + newest);
    for (long version = version() + 1; version <= newest; version++) {
      long at = version;
      CommitInfo info =
          store.commitInfo(version).orElseThrow(() -> new AssertionError("no commit " + at));
      String token = info.attributes().actor();
      if (token == null) {
        assertEquals(SWEEPER, info.attributes().source(), info::toString);
        model.expire(info.committedAt(), expired(store, version));
        tokens.add("");
      } else {
        apply(token, info.committedAt());
        tokens.add(token);
        assertEquals(null, versions.put(token, version), () -> token + " was committed twice");
      }
      assertEquals(version, model.version());
      // Later than the one before, or the model would have moved it.
      assertEquals(info.committedAt(), model.committedAt(version), "times rise");
    }
    floors.maySweep();
  }

  /** Which records a commit of the sweeper has ended, by namespace. */
  private Map<String, Set<String>> expired(Store store, long version) {
    Map<String, Set<String>> expired = new LinkedHashMap<>();
    for (Namespace namespace : store.namespaces(store.resolve(AsOf.version(version)))) {
      if (namespace.name().equals(OracleWorkload.TIMED)) {
        continue;
      }
      Set<String> keys = new LinkedHashSet<>();
      FeedPosition position = FeedPosition.after(version - 1);
      FeedPage page;
      do {
        // The feed goes on where others were purged, and says of those that they were.
        page = store.readFeed(WatchRequest.of(namespace.name()), position, version);
        for (ChangeEvent event : page.events()) {
          if (event instanceof ChangeEvent.RecordChanged changed) {
            assertEquals(Operation.DELETE, changed.change().operation(), event::toString);
            keys.add(changed.change().key());
          }
        }
        position = page.position();
      } while (!page.caughtUp());
      expired.put(namespace.name(), keys);
    }
    return expired;
  }

  private void apply(String token, Instant time) {
    switch (OracleWorkload.kind(token)) {
      case BATCH -> commit(OracleWorkload.batch(token), time);
      case ADD -> commit(OracleWorkload.added(token, key -> counter(key, time)), time);
      case RESTORE -> commit(restore(token), time);
      case PURGE -> {
        long _ = model.purge(OracleWorkload.purge(token), time);
      }
    }
  }

  private void commit(WriteBatch batch, Instant time) {
    long _ = model.commit(batch, time);
  }

  private long counter(String key, Instant time) {
    return model
        .get(new ReadPoint(version(), time, ""), OracleWorkload.COUNTERS, key)
        .map(NaiveState::value)
        .map(value -> Long.parseLong(value.asString()))
        .orElse(0L);
  }

  private WriteBatch restore(String token) {
    OracleWorkload.Restored restored = OracleWorkload.restored(token);
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Delete(restored.namespace(), restored.key(), WriteCondition.none()));
    ReadPoint then = new ReadPoint(restored.version(), committedAt(restored.version()), "");
    model
        .get(then, restored.namespace(), restored.key())
        .ifPresent(state -> writes.add(again(restored, state)));
    return WriteBatch.of(writes, OracleWorkload.attributes(token));
  }

  private static Write.Upsert again(OracleWorkload.Restored restored, NaiveState state) {
    Instant expiresAt = state.expiresAt();
    List<Embedding> embeddings =
        state.embeddings().values().stream().map(NaiveEmbedding::embedding).toList();
    return new Write.Upsert(
        restored.namespace(),
        restored.key(),
        state.value(),
        state.metadataVersion() == 0 ? null : state.metadata(),
        embeddings,
        expiresAt == null ? Write.Expiry.Never.NEVER : new Write.Expiry.At(expiresAt),
        WriteCondition.none());
  }

  /** Fails unless an acknowledgement is of what is there. */
  public void checkAcknowledged(long version, String time, String token) {
    assertTrue(
        version <= version(),
        () -> "version " + version + " was acknowledged (" + token + ") and is lost");
    assertEquals(token, token(version), () -> "version " + version);
    assertEquals(time, committedAt(version).toString(), () -> "version " + version);
  }

  /** Compares everything at some versions, both ends included. */
  public void compareVersions(Store store, long from, long to) {
    records.compareVersions(store, from, to);
    vectors.compareVersions(store, from, to);
  }

  /** Compares histories, scans and what else there is at one version. */
  public void compareAt(Store store, long version, Random random) {
    records.compareAt(store, AsOf.version(version), random);
    vectors.compareAt(store, AsOf.version(version), random);
  }

  /** What there was of a key at a version, as text. */
  public String state(long version, String namespace, String key) {
    NaiveNamespace there = model.world(version).namespaces().get(namespace);
    return there == null ? "no namespace" : String.valueOf(there.states.get(key));
  }

  /** The vectors of a space in the newest version, of records that are live at an instant. */
  public Map<String, Embedding> liveVectors(String namespace, String space, Instant at) {
    Map<String, Embedding> found = new LinkedHashMap<>();
    @Nullable NaiveNamespace live = model.world(version()).namespaces().get(namespace);
    if (live != null) {
      live.states.forEach(
          (key, state) -> {
            NaiveEmbedding embedding = state.embeddings().get(space);
            if (embedding != null && state.isLive(at)) {
              found.put(key, embedding.embedding());
            }
          });
    }
    return found;
  }
}
