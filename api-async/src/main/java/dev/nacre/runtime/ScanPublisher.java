package dev.nacre.runtime;

import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import java.util.Objects;
import java.util.concurrent.Flow;

/**
 * The records of a range as a stream. Each subscriber gets a scan of its own, all of it at the read
 * point of its first page.
 */
public final class ScanPublisher implements Flow.Publisher<VersionedRecord> {
  private final Dispatcher dispatcher;
  private final ScanRequest request;

  /** The records that {@code request} asks for, in pages of its limit. */
  public ScanPublisher(Dispatcher dispatcher, ScanRequest request) {
    this.dispatcher = dispatcher;
    this.request = request;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super VersionedRecord> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    new ScanSubscription(dispatcher, request, subscriber).start();
  }
}
