package dev.nacre.runtime;

import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Pin;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The records of a range as a stream. Each subscriber gets a scan of its own, all of it at the read
 * point of its first page.
 */
public final class ScanPublisher implements Flow.Publisher<VersionedRecord> {
  private final Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages;
  private final Function<ReadPoint, @Nullable Pin> pins;
  private final Supplier<@Nullable RuntimeException> refusal;
  private final ScanRequest request;

  /** The records that {@code request} asks for, in pages of its limit. */
  public ScanPublisher(Dispatcher dispatcher, ScanRequest request) {
    this(
        page -> dispatcher.execute(new Call.Scan(page)),
        at -> dispatcher.pinUnlessClosed(at, request.namespace()),
        () -> dispatcher.isClosed() ? dispatcher.closedException() : null,
        request);
  }

  /**
   * The same through somebody who reads the pages and holds their moment.
   *
   * @param pages reads one page
   * @param refusal what a subscriber is refused with at once, or null
   */
  public ScanPublisher(
      Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages,
      Supplier<@Nullable RuntimeException> refusal,
      ScanRequest request) {
    this(pages, _ -> null, refusal, request);
  }

  private ScanPublisher(
      Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages,
      Function<ReadPoint, @Nullable Pin> pins,
      Supplier<@Nullable RuntimeException> refusal,
      ScanRequest request) {
    this.pages = pages;
    this.pins = pins;
    this.refusal = refusal;
    this.request = request;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super VersionedRecord> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    new PagedSubscription<>(new ScanSource(pages, pins, request), subscriber).start(refusal.get());
  }
}
