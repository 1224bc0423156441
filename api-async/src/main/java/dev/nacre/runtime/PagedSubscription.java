package dev.nacre.runtime;

import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber's stream. A page is read when there is demand and nothing is left of the page
 * before; between pages no call is in flight, so a slow subscriber holds up nothing, and never more
 * than one page is held for him.
 *
 * <p>Whoever has news (demand, a page, more to read, cancellation) counts it in {@code news} and
 * calls {@link #drain}; the one who raises it from zero works until no news is left. So the fields
 * named below, and the source, are touched by one thread at a time, and signals are serial.
 */
final class PagedSubscription<T, P> implements Flow.Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(PagedSubscription.class);

  private final PageSource<T, P> source;
  private final AtomicLong demand = new AtomicLong();

  /** One from the beginning: nobody works before the subscriber knows of his subscription. */
  private final AtomicInteger news = new AtomicInteger(1);

  private volatile boolean cancelled;
  private volatile boolean woken;
  private volatile @Nullable RuntimeException refused;
  private volatile @Nullable CompletableFuture<P> reading;
  private volatile @Nullable Arrival<P> arrival;

  // Touched inside drain() only.
  private Flow.@Nullable Subscriber<? super T> subscriber;
  private Iterator<T> items = Collections.emptyIterator();
  private PageSource.End end = PageSource.End.MORE;
  private boolean waiting;

  /** What reading a page came to: one of the two. */
  private record Arrival<P>(@Nullable P page, @Nullable Throwable failure) {}

  PagedSubscription(PageSource<T, P> source, Flow.Subscriber<? super T> subscriber) {
    this.source = source;
    this.subscriber = subscriber;
  }

  /** Begins, or fails at once with {@code refusal}. */
  void start(@Nullable RuntimeException refusal) {
    Flow.Subscriber<? super T> starting = subscriber;
    if (starting == null) {
      return;
    }
    if (refusal != null) {
      refused = refusal;
    }
    try {
      // What it requests is answered afterwards.
      starting.onSubscribe(this);
    } catch (RuntimeException | Error e) {
      LOG.warn("a subscriber of {} threw; its stream is cancelled", source.operation(), e);
      cancelled = true;
    }
    drainUntilQuiet();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      refused =
          new IllegalArgumentException(
              "requested " + n + " items; Reactive Streams rule 3.9 asks for more than zero");
    } else {
      demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
    }
    drain();
  }

  @Override
  public void cancel() {
    cancelled = true;
    cancelReading();
    drain();
  }

  /** Ends the stream with a failure, whatever is left of it. From any thread. */
  void fail(RuntimeException failure) {
    refused = failure;
    cancelReading();
    drain();
  }

  private void cancelReading() {
    CompletableFuture<?> page = reading;
    if (page != null) {
      page.cancel(false);
    }
  }

  private void wake() {
    woken = true;
    drain();
  }

  private void drain() {
    if (news.getAndIncrement() == 0) {
      drainUntilQuiet();
    }
  }

  private void drainUntilQuiet() {
    int seen = 1;
    do {
      seen = news.get();
      work();
      seen = news.addAndGet(-seen);
    } while (seen != 0);
  }

  /** Does everything that can be done now. */
  private void work() {
    Flow.Subscriber<? super T> to = subscriber;
    if (to == null) {
      discardArrival();
      return;
    }
    try {
      deliver(to);
    } catch (RuntimeException | Error e) {
      // A subscriber must not throw (rule 2.13); what it throws ends its stream and nothing else.
      LOG.warn("a subscriber of {} threw; its stream is cancelled", source.operation(), e);
      cancelled = true;
    }
    if (cancelled && subscriber != null) {
      finish();
    }
  }

  private void deliver(Flow.Subscriber<? super T> to) {
    takeArrival();
    long asked = demand.get();
    long delivered = 0;
    while (!cancelled) {
      RuntimeException failure = refused;
      if (failure != null) {
        finish();
        to.onError(failure);
        return;
      }
      if (items.hasNext()) {
        if (delivered == asked) {
          asked = demand.get();
          if (delivered == asked) {
            break;
          }
        }
        to.onNext(items.next());
        delivered++;
        continue;
      }
      if (end == PageSource.End.LAST) {
        finish();
        to.onComplete();
        return;
      }
      if (isWaiting() || reading != null || demand.get() == delivered) {
        break;
      }
      read();
      takeArrival();
    }
    if (delivered > 0 && asked != Long.MAX_VALUE) {
      demand.addAndGet(-delivered);
    }
  }

  /** Whether there is nothing to read for the time being. */
  private boolean isWaiting() {
    if (end == PageSource.End.WAIT && !waiting) {
      waiting = true;
      source.await(this::wake);
    }
    if (waiting && woken) {
      woken = false;
      waiting = false;
      end = PageSource.End.MORE;
    }
    return waiting;
  }

  private void read() {
    CompletableFuture<P> page = source.read();
    reading = page;
    if (cancelled || refused != null) {
      page.cancel(false);
    }
    var _ =
        page.whenComplete(
            (read, failure) -> {
              arrival = new Arrival<>(read, failure);
              drain();
            });
  }

  /** Takes what reading came to, if it has. */
  private void takeArrival() {
    Arrival<P> arrived = arrival;
    if (arrived == null) {
      return;
    }
    arrival = null;
    reading = null;
    P page = arrived.page();
    Throwable failure = arrived.failure();
    if (page != null) {
      PageSource.Part<T> part = source.take(page);
      items = part.items().iterator();
      end = part.end();
    } else if (failure != null && !(failure instanceof CancellationException)) {
      refused = Failures.of(source.operation(), failure);
    }
  }

  private void discardArrival() {
    Arrival<P> arrived = arrival;
    arrival = null;
    P page = arrived == null ? null : arrived.page();
    if (page != null) {
      source.discard(page);
    }
  }

  /** Lets go of the subscriber and of what was read. */
  private void finish() {
    subscriber = null;
    items = Collections.emptyIterator();
    discardArrival();
    source.close();
  }
}
