package dev.nacre.rag.embed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait for workers, served in turns: one text of each, round and round, so that a call
 * of one text waits for as many texts as there are calls before it, and not for all of theirs.
 * Thread-safe.
 *
 * <p>Its bound is on the characters of the calls it holds. A call alone is taken whatever its
 * weight, or it could never be served.
 */
final class TurnQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long charactersMax;

  @GuardedBy("lock")
  private final Deque<Place> places = new ArrayDeque<>();

  @GuardedBy("lock")
  private long characters;

  @GuardedBy("lock")
  private boolean stopped;

  TurnQueue(long charactersMax) {
    this.charactersMax = charactersMax;
  }

  /** What became of an offer. */
  enum Offer {
    /** It will be served, or failed by whoever stops the queue. */
    TAKEN,
    /** Too much waits already. */
    FULL,
    /** The queue was stopped. */
    STOPPED
  }

  /**
   * One text to embed.
   *
   * @param call whose it is
   * @param index which of its texts
   */
  record Turn(EmbedCall call, int index) {}

  Offer offer(EmbedCall call) {
    lock.lock();
    try {
      if (stopped) {
        return Offer.STOPPED;
      }
      if (call.size() == 0) {
        return Offer.TAKEN;
      }
      if (!places.isEmpty() && characters + call.characters() > charactersMax) {
        dropCancelled();
      }
      if (!places.isEmpty() && characters + call.characters() > charactersMax) {
        return Offer.FULL;
      }
      characters += call.characters();
      places.addLast(new Place(call));
      changed.signalAll();
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /** The next text, waiting for one; null once the queue is stopped. */
  @Nullable Turn take() {
    lock.lock();
    try {
      while (!stopped) {
        Place place = places.pollFirst();
        if (place == null) {
          changed.awaitUninterruptibly();
        } else if (place.call.over()) {
          characters -= place.call.characters();
        } else {
          int index = place.next++;
          if (place.next < place.call.size()) {
            places.addLast(place);
          } else {
            characters -= place.call.characters();
          }
          return new Turn(place.call, index);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends every {@link #take}, and hands out the calls that will not be served to their end. */
  List<EmbedCall> stop() {
    lock.lock();
    try {
      stopped = true;
      List<EmbedCall> left = new ArrayList<>();
      for (Place place : places) {
        left.add(place.call);
      }
      places.clear();
      characters = 0;
      changed.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void dropCancelled() {
    for (Iterator<Place> each = places.iterator(); each.hasNext(); ) {
      EmbedCall call = each.next().call;
      if (call.over()) {
        characters -= call.characters();
        each.remove();
      }
    }
  }

  /** How far a call was served. Guarded by the lock of the queue. */
  private static final class Place {
    private final EmbedCall call;
    private int next;

    Place(EmbedCall call) {
      this.call = call;
    }
  }
}
