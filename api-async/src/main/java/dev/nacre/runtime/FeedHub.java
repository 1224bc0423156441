package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import dev.nacre.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the watches that have caught up when their namespace is written. Thread-safe.
 *
 * <p>The committer only signals. One at a time, on a thread of the pool, the commits since the last
 * look are looked at, and those watches are woken whose namespaces they touched: what a commit
 * costs does not depend on how many watch, and nobody polls.
 *
 * <p>Nothing is missed. A waiter is in the map before it says up to which version it has read
 * ({@code newcomer}) and before it looks at the visible version; a look takes {@code newcomer}
 * before it looks at the map. So every version that a waiter has not read is looked at after the
 * waiter is in the map: by the look that the waiter itself asks for when there is one already, and
 * by that of the commit otherwise.
 */
final class FeedHub {
  private final Store store;
  private final Dispatcher dispatcher;
  private final Consumer<Runnable> handOver;

  /** Every watch there is, to be ended when the database is closed. */
  private final Set<PagedSubscription<?, ?>> open = ConcurrentHashMap.newKeySet();

  private final Map<String, Set<Waiter>> waiters = new ConcurrentHashMap<>();
  private final AtomicLong newcomer = new AtomicLong(Long.MAX_VALUE);
  private final AtomicInteger news = new AtomicInteger();

  /** Up to here every commit was looked at. Touched by the one who looks. */
  private long lookedAt;

  /**
   * A hub.
   *
   * @param handOver runs a task elsewhere, soon, without blocking
   */
  FeedHub(Store store, Dispatcher dispatcher, Consumer<Runnable> handOver) {
    this.store = store;
    this.dispatcher = dispatcher;
    this.handOver = handOver;
  }

  /** One who waits; equal to itself only. */
  static final class Waiter {
    private final String namespace;
    private final Runnable wake;

    private Waiter(String namespace, Runnable wake) {
      this.namespace = namespace;
      this.wake = wake;
    }
  }

  /** Keeps a watch to end it when the database is closed. */
  void open(PagedSubscription<?, ?> watch) {
    open.add(watch);
  }

  /** Forgets a watch. */
  void forget(PagedSubscription<?, ?> watch) {
    open.remove(watch);
  }

  /** How many watches there are. */
  int watches() {
    return open.size();
  }

  /** Runs {@code wake} once when the namespace may have been written after {@code seenVersion}. */
  Waiter await(String namespace, long seenVersion, Runnable wake) {
    Waiter waiter = new Waiter(namespace, wake);
    waiters.compute(
        namespace,
        (name, there) -> {
          Set<Waiter> all = there == null ? ConcurrentHashMap.newKeySet() : there;
          all.add(waiter);
          return all;
        });
    newcomer.accumulateAndGet(seenVersion, Math::min);
    try {
      if (store.now().version() > seenVersion) {
        look();
      }
    } catch (NacreException e) {
      // Closed meanwhile: the watch hears of it by itself.
      forget(waiter);
    }
    return waiter;
  }

  /** Forgets one who waits. */
  void forget(Waiter waiter) {
    waiters.computeIfPresent(
        waiter.namespace,
        (name, all) -> {
          all.remove(waiter);
          return all.isEmpty() ? null : all;
        });
  }

  /** A group was published. On the committer thread. */
  void published() {
    if (!waiters.isEmpty()) {
      look();
    }
  }

  /** Ends every watch. Afterwards the dispatcher refuses new ones. */
  void close() {
    for (PagedSubscription<?, ?> watch : open) {
      handOver(() -> watch.fail(dispatcher.closedException()));
    }
  }

  private void look() {
    if (news.getAndIncrement() == 0) {
      lookOnce();
    }
  }

  private void lookOnce() {
    int seen = news.get();
    long after = Math.min(lookedAt, newcomer.getAndSet(Long.MAX_VALUE));
    long upTo;
    try {
      upTo = store.now().version();
    } catch (NacreException e) {
      // Closed: nobody waits any more.
      return;
    }
    if (waiters.isEmpty() || after >= upTo) {
      looked(upTo, seen);
      return;
    }
    CompletableFuture<Optional<Set<String>>> touched =
        dispatcher.execute(new Call.TouchedNamespaces(after, upTo));
    Thread looker = Thread.currentThread();
    var _ =
        touched.whenComplete(
            (names, failure) -> {
              // After a failure those who wait see for themselves.
              @Nullable Set<String> written = failure == null ? names.orElse(null) : null;
              if (Thread.currentThread().equals(looker)) {
                // Answered already: this may be the committer, which runs no subscriber's code.
                handOver(() -> wake(written, upTo, seen));
              } else {
                wake(written, upTo, seen);
              }
            });
  }

  private void looked(long upTo, int seen) {
    lookedAt = upTo;
    if (news.addAndGet(-seen) != 0) {
      lookOnce();
    }
  }

  /**
   * Wakes those who wait for these namespaces, all when null. The next look does not wait for them,
   * nor they for each other: what a subscriber does with its changes is its own time.
   */
  private void wake(@Nullable Set<String> names, long upTo, int seen) {
    List<Waiter> woken = new ArrayList<>();
    for (String name : names == null ? waiters.keySet() : names) {
      Set<Waiter> there = waiters.remove(name);
      if (there != null) {
        woken.addAll(there);
      }
    }
    looked(upTo, seen);
    for (int i = 1; i < woken.size(); i++) {
      handOver(woken.get(i).wake);
    }
    if (!woken.isEmpty()) {
      woken.getFirst().wake.run();
    }
  }

  /** Runs a task that ends in callbacks of the application. */
  private void handOver(Runnable task) {
    handOver.accept(() -> CallFuture.completing(task));
  }
}
