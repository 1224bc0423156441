package dev.nacre.store.commit;

import dev.nacre.error.ConflictException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.store.rocks.StorageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The callers of a group and what they are told. They are told on a pool, never on the committer
 * thread, which alone uses this.
 */
final class GroupAnswers {
  private final CompletionPool completions;
  private final long resumeBytes;
  private final List<CommitTicket> tickets = new ArrayList<>();

  /** Refused against a state that is not visible before the group is: told when it is. */
  private final List<Refusal> refusals = new ArrayList<>();

  GroupAnswers(CompletionPool completions, long resumeBytes) {
    this.completions = completions;
    this.resumeBytes = resumeBytes;
  }

  /** Retries of commits that are there, or that are on their way in this group. */
  private final List<CommitTicket> repeats = new ArrayList<>();

  private record Refusal(CommitTicket ticket, Throwable cause) {}

  boolean isEmpty() {
    return tickets.isEmpty();
  }

  int size() {
    return tickets.size();
  }

  /** How many wait beside the group's own commits. */
  int others() {
    return refusals.size() + repeats.size();
  }

  boolean hasRepeats() {
    return !repeats.isEmpty();
  }

  /** Whether a commit that is repeated was acknowledged by less than is asked for now. */
  boolean mustSync(long durableVersion) {
    for (CommitTicket repeat : repeats) {
      Commit first = repeat.commit;
      if (repeat.durability == Durability.SYNC
          && first != null
          && first.version() > durableVersion) {
        return true;
      }
    }
    return false;
  }

  void add(CommitTicket ticket) {
    tickets.add(ticket);
  }

  /** Its commit is there already; it may be one of the group. */
  void repeat(CommitTicket ticket) {
    repeats.add(ticket);
  }

  /** A caller who is told of a conflict must be able to read what it conflicts with. */
  void refuse(CommitTicket ticket, Throwable cause) {
    if (tickets.isEmpty()) {
      tell(ticket, cause);
    } else {
      refusals.add(new Refusal(ticket, cause));
    }
  }

  /** Everybody has been told. */
  void clear() {
    tickets.clear();
  }

  /** The group is written and visible. */
  void acknowledge() {
    List<Runnable> told = new ArrayList<>(tickets.size() + repeats.size());
    for (CommitTicket ticket : tickets) {
      told.add(ticket::complete);
    }
    for (CommitTicket repeat : repeats) {
      told.add(repeat::complete);
    }
    repeats.clear();
    completions.executeAll(told);
    for (Refusal refusal : refusals) {
      tell(refusal.ticket, refusal.cause);
    }
    refusals.clear();
  }

  /** Storage failed: nobody knows what became of the group. */
  void failed(Throwable cause) {
    tellGroup(outcomeUnknown(cause));
    tellRefusals(readsOnly(cause));
  }

  /** What those are told whose write storage has failed. */
  static UnavailableException outcomeUnknown(Throwable cause) {
    return new UnavailableException(
        "writing to storage failed: "
            + cause.getMessage()
            + "; whether the commit was written is unknown until the database is opened again",
        Map.of("outcome", "unknown"),
        cause);
  }

  /** The disk was full: the group was taken back. */
  void diskFull(StorageFailure cause) {
    NacreException full = fullDisk(cause);
    tellVisibleRepeats();
    tellGroup(full);
    tellRefusals(full);
  }

  /** What an earlier group has written is there, whatever becomes of this one. */
  private void tellVisibleRepeats() {
    if (tickets.isEmpty()) {
      return;
    }
    long firstOfGroup = version(tickets.getFirst());
    for (CommitTicket repeat : List.copyOf(repeats)) {
      if (version(repeat) < firstOfGroup) {
        repeats.remove(repeat);
        if (repeat.durability == Durability.SYNC) {
          tell(repeat, notForced());
        } else {
          completions.execute(repeat::complete);
        }
      }
    }
  }

  private static long version(CommitTicket ticket) {
    Commit commit = ticket.commit;
    return commit == null ? 0 : commit.version();
  }

  /** What those are told whose write did not fit on the disk. */
  ResourceExhaustedException fullDisk(StorageFailure cause) {
    boolean unknown = cause.outcomeUnknown();
    return new ResourceExhaustedException(
        "the disk is full ("
            + cause.getMessage()
            + "): "
            + (unknown ? "read the record to see whether this was written" : "nothing was written")
            + "; reads go on. Free more than "
            + resumeBytes
            + " bytes and retry after some seconds; the database need not be opened again",
        Map.of(
            "reason",
            "diskFull",
            "outcome",
            unknown ? "unknown" : "none",
            "bytesNeeded",
            Long.toString(resumeBytes)),
        cause);
  }

  /** The disk is full, so what is repeated cannot be made as durable as is asked for now. */
  void cannotSync() {
    tellGroup(notForced());
  }

  private static ResourceExhaustedException notForced() {
    return new ResourceExhaustedException(
        "the disk is full: the commit is there, but cannot be forced to stable storage; free"
            + " space and retry",
        Map.of("reason", "diskFull", "outcome", "unknown"));
  }

  private void tellGroup(NacreException failure) {
    for (CommitTicket ticket : tickets) {
      tell(ticket, failure);
    }
    for (CommitTicket repeat : repeats) {
      tell(repeat, failure);
    }
    repeats.clear();
  }

  /** Whether a refusal may be for something in the group that it was judged behind. */
  private static boolean dependsOnGroup(Throwable refusal) {
    return refusal instanceof ConflictException
        || (refusal instanceof ValidationException validation
            && validation.details().containsKey("idempotencyKey"));
  }

  /** A conflict with something that may never have been written is none. */
  private void tellRefusals(NacreException insteadOfConflict) {
    for (Refusal refusal : refusals) {
      tell(refusal.ticket, dependsOnGroup(refusal.cause) ? insteadOfConflict : refusal.cause);
    }
    refusals.clear();
  }

  /** What everybody is told once storage has failed. */
  static UnavailableException readsOnly(Throwable cause) {
    return new UnavailableException(
        "the store serves reads only since a write to storage failed ("
            + cause.getMessage()
            + "): nothing was written; mend the storage and open the database again",
        Map.of("outcome", "none"),
        cause);
  }

  /** Tells one caller of a failure. */
  void tell(CommitTicket ticket, Throwable cause) {
    completions.execute(() -> ticket.future.completeExceptionally(cause));
  }
}
