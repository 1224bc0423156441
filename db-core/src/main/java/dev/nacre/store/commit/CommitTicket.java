package dev.nacre.store.commit;

import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.WriteBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A commit on its way. Whoever claims it first settles it: the committer, the deadline, or the
 * caller who cancels.
 */
final class CommitTicket {
  final WriteBatch batch;
  final Durability durability;
  final long deadlineNanos;
  final long bytes;
  final CompletableFuture<Commit> future = new CommitFuture(this);
  private final AtomicBoolean claimed = new AtomicBoolean();

  /** Null while nobody prepares it: the committer does when it gets there. */
  private volatile @Nullable CompletableFuture<PreparedBatch> preparation;

  CommitTicket(WriteBatch batch, Durability durability, long deadlineNanos, long bytes) {
    this.batch = batch;
    this.durability = durability;
    this.deadlineNanos = deadlineNanos;
    this.bytes = bytes;
  }

  /** What the committer made of it; null before. */
  @Nullable Commit commit;

  /** Tells the caller that it is committed. */
  void complete() {
    future.complete(commit);
  }

  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  @Nullable CompletableFuture<PreparedBatch> preparation() {
    return preparation;
  }

  void setPreparation(CompletableFuture<PreparedBatch> value) {
    preparation = value;
  }

  /**
   * Cancelling withdraws a ticket that nobody has claimed; afterwards it is too late and answers
   * false.
   */
  private static final class CommitFuture extends CompletableFuture<Commit> {
    private final CommitTicket ticket;

    CommitFuture(CommitTicket ticket) {
      this.ticket = ticket;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return ticket.claim() && super.cancel(mayInterruptIfRunning);
    }
  }
}
