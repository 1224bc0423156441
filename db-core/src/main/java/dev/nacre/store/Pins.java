package dev.nacre.store;

import dev.nacre.model.ReadPoint;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The versions that somebody holds, in memory. Thread-safe, without locks.
 *
 * <p>A pin is in the set before its moment is resolved, and holds everything meanwhile: whoever
 * drops history raises the floor first, then asks {@link #oldestPinned()} and stays behind it; so a
 * moment that was resolved under the old floor is seen as pinned.
 */
final class Pins {
  private static final long EVERYTHING = 0;

  private final Set<Held> held = ConcurrentHashMap.newKeySet();

  /**
   * Pins the moment that {@code resolve} finds; nothing stays pinned when it fails.
   *
   * @param visible the visible version
   */
  Pin pin(LongSupplier visible, Supplier<ReadPoint> resolve) {
    Held entry = new Held();
    held.add(entry);
    long since = visible.getAsLong();
    boolean resolved = false;
    try {
      ReadPoint point = resolve.get();
      entry.version.set(point.version());
      resolved = true;
      return new Taken(held, entry, point, since);
    } finally {
      if (!resolved) {
        held.remove(entry);
      }
    }
  }

  /** The oldest version that is held; empty when none is. Looks at every pin. */
  OptionalLong oldestPinned() {
    return held.stream().mapToLong(pin -> pin.version.get()).min();
  }

  /** One entry; equal to itself only. */
  private static final class Held {
    private final AtomicLong version = new AtomicLong(EVERYTHING);
  }

  private record Taken(Set<Held> held, Held entry, ReadPoint readPoint, long heldSince)
      implements Pin {
    @Override
    public void advanceTo(long version) {
      entry.version.accumulateAndGet(version, Math::max);
    }

    @Override
    public void close() {
      held.remove(entry);
    }
  }
}
