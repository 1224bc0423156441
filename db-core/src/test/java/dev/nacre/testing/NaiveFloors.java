package dev.nacre.testing;

import dev.nacre.model.Retention;
import dev.nacre.testing.NaiveWorld.NaiveNamespace;
import dev.nacre.testing.NaiveWorld.NaiveState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What sweeps may and must have dropped, worked out from the model's own history, by incarnation of
 * a namespace. Where it depends on when the sweeper looked at a record, it says both ends.
 */
final class NaiveFloors {
  private final NaiveStore model;
  private final Duration grace;
  private final Map<Integer, Floor> floors = new HashMap<>();
  private final Set<Integer> swept = new HashSet<>();
  private long lookedAt;
  private boolean unknown;

  /**
   * Floors of an incarnation.
   *
   * @param must reads as of an earlier version are refused if they need more than one row
   * @param may no read as of this version or a later one is refused
   * @param log changes before this version are not all in the log
   * @param gone versions that ended at or before this one are gone
   */
  record Floor(long must, long may, long log, long gone) {
    static final Floor NONE = new Floor(0, 0, 0, 0);

    Floor with(long newMust, long newMay, long newLog, long newGone) {
      return new Floor(
          Math.max(must, newMust),
          Math.max(may, newMay),
          Math.max(log, newLog),
          Math.max(gone, newGone));
    }
  }

  NaiveFloors(NaiveStore model, Duration grace) {
    this.model = model;
    this.grace = grace;
  }

  Floor of(int incarnation) {
    return floors.getOrDefault(incarnation, Floor.NONE);
  }

  /**
   * The model's view of sweeps at moments that nobody knows: everything that some retention did not
   * ask to be kept may be gone, nothing must be.
   */
  void maySweep() {
    unknown = true;
    long newest = model.version();
    for (long v = lookedAt; v <= newest; v++) {
      for (NaiveNamespace namespace : model.world(v).namespaces().values()) {
        if (!(namespace.options.retention() instanceof Retention.All)) {
          swept.add(namespace.incarnation);
        }
      }
    }
    lookedAt = newest;
    for (int incarnation : swept) {
      floors.put(incarnation, new Floor(0, newest, newest + 1, 0));
    }
  }

  /** Whether a floor is where it may be, not where it is. */
  boolean isUnknown() {
    return unknown;
  }

  /**
   * The model's view of a sweep, expiry done.
   *
   * @param clock what the clock says
   * @param oldestPinned the oldest version that is held
   */
  void sweep(Instant clock, long oldestPinned) {
    Instant now = model.now(clock, "").instant();
    long newest = model.version();
    Map<Integer, NaiveNamespace> last = new TreeMap<>();
    for (long v = 0; v <= newest; v++) {
      model.world(v).namespaces().values().forEach(ns -> last.put(ns.incarnation, ns));
    }
    last.forEach((incarnation, namespace) -> sweep(namespace, now, oldestPinned));
  }

  private void sweep(NaiveNamespace namespace, Instant now, long oldestPinned) {
    int id = namespace.incarnation;
    NaiveStore.Ended ended = model.ended().get(id);
    Retention retention = (ended == null ? namespace.options : ended.options()).retention();
    Duration age = grace;
    if (retention instanceof Retention.All) {
      return;
    }
    if (retention instanceof Retention.Lasting lasting && lasting.duration().compareTo(grace) > 0) {
      age = lasting.duration();
    }
    long old = model.version();
    while (old > 0 && model.committedAt(old).isAfter(now.minus(age))) {
      old--;
    }
    long upTo = Math.min(old, oldestPinned);
    if (ended != null && ended.version() <= upTo && retention instanceof Retention.Lasting) {
      long at = ended.version();
      floors.put(id, of(id).with(at, at, at + 1, at));
    } else if (retention instanceof Retention.Lasting) {
      if (model.hasLog(namespace, of(id).log, upTo)) {
        floors.put(id, of(id).with(upTo, upTo, upTo + 1, upTo));
      }
    } else if (retention instanceof Retention.LastVersions keep) {
      if (ended != null) {
        floors.put(id, of(id).with(0, upTo, 0, 0));
      } else {
        long must = 0;
        long may = 0;
        for (String key : namespace.states.keySet()) {
          List<NaiveState> all = model.history(model.version(), namespace.name, key);
          must = Math.max(must, newestDropped(all, keep.count(), upTo, upTo));
          may = Math.max(may, newestDropped(all, keep.count(), upTo, Long.MAX_VALUE));
        }
        floors.put(id, of(id).with(must, may, 0, 0));
      }
    }
  }

  /**
   * Where the newest version ends that is not among the newest ones.
   *
   * @param states newest first
   * @param counted versions up to this one count as newer
   */
  private static long newestDropped(List<NaiveState> states, int keep, long upTo, long counted) {
    int newer = 0;
    for (int i = 0; i < states.size(); i++) {
      NaiveState state = states.get(i);
      long to = endOf(states, i);
      if (newer >= keep && to <= upTo) {
        return to;
      }
      if (state.version() <= counted) {
        newer++;
      }
    }
    return 0;
  }

  /** The version that ended a state; the largest number for the newest record. */
  static long endOf(List<NaiveState> newestFirst, int index) {
    NaiveState state = newestFirst.get(index);
    if (state.deleted()) {
      return state.version();
    }
    return index == 0 ? Long.MAX_VALUE : newestFirst.get(index - 1).version();
  }
}
