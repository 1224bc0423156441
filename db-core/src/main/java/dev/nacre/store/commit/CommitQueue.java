package dev.nacre.store.commit;

import dev.nacre.error.DeadlineExceededException;
import dev.nacre.error.ResourceExhaustedException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tickets in the order they were accepted: many callers add, one committer takes. Bounded in bytes:
 * up to {@code roomBytes} tickets are encoded at once, up to four times that wait unencoded, and
 * beyond it they are refused. A timer fails tickets whose deadline has passed, also while the
 * committer is stuck.
 */
final class CommitQueue {
  private static final int WAITING_FACTOR = 4;
  private static final long SWEEP_MILLIS = 20;

  private final Queue<CommitTicket> tickets = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final ScheduledExecutorService timer;
  private final Executor completions;
  private final long roomBytes;
  private volatile @Nullable Thread parked;
  private volatile boolean stopped;

  CommitQueue(long roomBytes, ScheduledExecutorService timer, Executor completions) {
    this.roomBytes = roomBytes;
    this.timer = timer;
    this.completions = completions;
  }

  /** What became of an offer. */
  enum Admission {
    /** There is room: encode it now. */
    ROOM,
    /** It waits its turn and is encoded by the committer. */
    WAITS
  }

  /**
   * Reserves room.
   *
   * @throws ResourceExhaustedException when too much waits already
   */
  Admission reserve(CommitTicket ticket) {
    long after = bytes.addAndGet(ticket.bytes);
    long most = WAITING_FACTOR * roomBytes;
    // One ticket may always wait alone, whatever its size: its own limit was checked.
    if (after > most && after != ticket.bytes) {
      bytes.addAndGet(-ticket.bytes);
      throw new ResourceExhaustedException(
          "writes of "
              + (after - ticket.bytes)
              + " bytes wait for the committer, the bound is "
              + most
              + "; slow down or retry later",
          Map.of("queueBytes", Long.toString(after - ticket.bytes), "max", Long.toString(most)));
    }
    return after <= roomBytes ? Admission.ROOM : Admission.WAITS;
  }

  /** Gives reserved room back for a ticket that was never added. */
  void release(CommitTicket ticket) {
    bytes.addAndGet(-ticket.bytes);
  }

  /** Adds a ticket that has room reserved. */
  void add(CommitTicket ticket) {
    tickets.add(ticket);
    wake();
    if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
      scheduleSweep();
    }
  }

  /** The oldest ticket, or null. For the committer. */
  @Nullable CommitTicket peek() {
    return tickets.peek();
  }

  /** Removes the oldest ticket. For the committer. */
  void remove() {
    CommitTicket ticket = tickets.poll();
    if (ticket != null) {
      release(ticket);
    }
  }

  long bytes() {
    return bytes.get();
  }

  /**
   * Parks the committer until there may be something to do: a ticket, the end, or what makes {@code
   * idle} false; whoever does that calls {@link #wake()} afterwards.
   */
  void park(BooleanSupplier idle) {
    parked = Thread.currentThread();
    // Looked at after `parked` is set: whoever adds or stops before sees it and unparks.
    if (tickets.isEmpty() && idle.getAsBoolean() && !stopped) {
      LockSupport.park(this);
    }
    parked = null;
  }

  /** Nothing will be added any more. */
  void stop() {
    stopped = true;
    wake();
  }

  /** Whether everything that was ever added has been taken. */
  boolean isDrained() {
    return stopped && tickets.isEmpty();
  }

  /** Ends the committer's pause, if it makes one. */
  void wake() {
    Thread committer = parked;
    if (committer != null) {
      LockSupport.unpark(committer);
    }
  }

  private DeadlineExceededException late() {
    return new DeadlineExceededException(
        "the commit was not begun before its deadline and was withdrawn: nothing was written",
        Map.of("queueBytes", Long.toString(bytes.get())));
  }

  private void scheduleSweep() {
    var _ = timer.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    long now = System.nanoTime();
    for (CommitTicket ticket : tickets) {
      if (now - ticket.deadlineNanos >= 0 && ticket.claim()) {
        // It stays in the queue as a claimed husk until the committer passes it: its room is given
        // back there.
        completions.execute(() -> ticket.future.completeExceptionally(late()));
      }
    }
    if (tickets.isEmpty()) {
      sweeping.set(false);
      if (tickets.isEmpty() || !sweeping.compareAndSet(false, true)) {
        return;
      }
    }
    scheduleSweep();
  }
}
