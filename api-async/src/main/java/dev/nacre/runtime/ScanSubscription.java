package dev.nacre.runtime;

import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
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
 * One subscriber's scan. A page is read when there is demand and nothing is left of the page
 * before; between pages no call is in flight, so a slow subscriber holds up nothing.
 *
 * <p>Whoever has news (demand, a page, cancellation) counts it in {@code news} and calls {@link
 * #drain}; the one who raises it from zero works until no news is left. So {@code records}, {@code
 * request} and {@code finished} are touched by one thread at a time, and signals are serial.
 */
final class ScanSubscription implements Flow.Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(ScanSubscription.class);

  private final Dispatcher dispatcher;
  private final AtomicLong demand = new AtomicLong();
  private final AtomicInteger news = new AtomicInteger();
  private volatile boolean cancelled;
  private volatile @Nullable RuntimeException refused;
  private volatile @Nullable CompletableFuture<Page<VersionedRecord>> reading;
  private volatile @Nullable Arrival arrival;

  // Touched inside drain() only.
  private Flow.@Nullable Subscriber<? super VersionedRecord> subscriber;
  private @Nullable ScanRequest request;
  private Iterator<VersionedRecord> records = Collections.emptyIterator();

  /** What reading a page came to: one of the two. */
  private record Arrival(@Nullable Page<VersionedRecord> page, @Nullable Throwable failure) {}

  ScanSubscription(
      Dispatcher dispatcher,
      ScanRequest request,
      Flow.Subscriber<? super VersionedRecord> subscriber) {
    this.dispatcher = dispatcher;
    this.request = request;
    this.subscriber = subscriber;
  }

  void start() {
    Flow.Subscriber<? super VersionedRecord> starting = subscriber;
    if (starting == null) {
      return;
    }
    if (dispatcher.isClosed()) {
      refused = dispatcher.closedException();
    }
    // Held while onSubscribe runs: what it requests is answered afterwards.
    news.incrementAndGet();
    starting.onSubscribe(this);
    drainUntilQuiet();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      refused =
          new IllegalArgumentException(
              "requested " + n + " records; Reactive Streams rule 3.9 asks for more than zero");
    } else {
      demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
    }
    drain();
  }

  @Override
  public void cancel() {
    cancelled = true;
    CompletableFuture<?> page = reading;
    if (page != null) {
      page.cancel(false);
    }
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
    Flow.Subscriber<? super VersionedRecord> to = subscriber;
    if (to == null) {
      return;
    }
    try {
      deliver(to);
    } catch (RuntimeException | Error e) {
      // A subscriber must not throw (rule 2.13); what it throws ends its scan and nothing else.
      LOG.warn("a subscriber of a scan threw; its scan is cancelled", e);
      cancelled = true;
    }
    if (cancelled) {
      finish();
    }
  }

  private void deliver(Flow.Subscriber<? super VersionedRecord> to) {
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
      if (records.hasNext()) {
        if (delivered == asked) {
          asked = demand.get();
          if (delivered == asked) {
            break;
          }
        }
        to.onNext(records.next());
        delivered++;
        continue;
      }
      ScanRequest next = request;
      if (next == null) {
        finish();
        to.onComplete();
        return;
      }
      if (reading != null || demand.get() == delivered) {
        break;
      }
      read(next);
      takeArrival();
    }
    if (delivered > 0 && asked != Long.MAX_VALUE) {
      demand.addAndGet(-delivered);
    }
  }

  private void read(ScanRequest next) {
    CompletableFuture<Page<VersionedRecord>> page = dispatcher.execute(new Call.Scan(next));
    reading = page;
    if (cancelled) {
      page.cancel(false);
    }
    var _ =
        page.whenComplete(
            (read, failure) -> {
              arrival = new Arrival(read, failure);
              drain();
            });
  }

  /** Takes what reading came to, if it has. */
  private void takeArrival() {
    Arrival arrived = arrival;
    if (arrived == null) {
      return;
    }
    arrival = null;
    reading = null;
    Page<VersionedRecord> page = arrived.page();
    ScanRequest asked = request;
    if (page != null && asked != null) {
      records = page.items().iterator();
      request = page.cursor() == null ? null : asked.withCursor(page.cursor());
    } else if (arrived.failure() != null && !(arrived.failure() instanceof CancellationException)) {
      refused = Failures.of("scan", arrived.failure());
    }
  }

  /** Lets go of the subscriber and of what was read. */
  private void finish() {
    subscriber = null;
    request = null;
    records = Collections.emptyIterator();
  }
}
