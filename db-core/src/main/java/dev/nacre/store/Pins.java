package dev.nacre.store;

import dev.nacre.model.ReadPoint;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The versions that somebody holds, in memory. Thread-safe, without locks.
 *
 * <p>A pin is in the set before its moment is resolved, and holds everything meanwhile. Whoever
 * drops history raises a floor first and asks {@link #oldestPinned(String)} afterwards; if somebody
 * holds a version below it, the floor is taken back. So a version that was pinned later is refused
 * at its first read, or can be read as long as it is pinned.
 */
final class Pins {
  private static final long EVERYTHING = 0;

  private final Set<Held> held = ConcurrentHashMap.newKeySet();

  /**
   * Pins the moment that {@code resolve} finds; nothing stays pinned when it fails.
   *
   * @param namespace the name of which history is held, or null for all
   * @param visible the visible version
   */
  Pin pin(@Nullable String namespace, LongSupplier visible, Supplier<ReadPoint> resolve) {
    Held entry = new Held(namespace);
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

  /** The oldest version that is held of namespaces of that name; the largest number when none. */
  long oldestPinned(String namespace) {
    long oldest = Long.MAX_VALUE;
    for (Held entry : held) {
      if (entry.namespace == null || entry.namespace.equals(namespace)) {
        oldest = Math.min(oldest, entry.version.get());
      }
    }
    return oldest;
  }

  /** One entry; equal to itself only. */
  private static final class Held {
    private final @Nullable String namespace;
    private final AtomicLong version = new AtomicLong(EVERYTHING);

    private Held(@Nullable String namespace) {
      this.namespace = namespace;
    }
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
