package dev.nacre.testing;

import dev.nacre.Database;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/**
 * The Reactive Streams rules, over feeds whose pages are smaller than the streams. Its methods are
 * TestNG tests; {@link WatchPublisherTckTest} runs them.
 */
public final class WatchPublisherVerification extends FlowPublisherVerification<ChangeEvent> {
  private static final long TIMEOUT_MILLIS = 2_000;
  private static final long QUIET_MILLIS = 100;
  private static final int EVENTS = 500;
  private static final int PAGE = 3;

  private final Database db = Database.openInMemory();
  private final Database closed = Database.openInMemory();

  /** Over a namespace to which one thing happened in each version. */
  public WatchPublisherVerification() {
    super(new TestEnvironment(TIMEOUT_MILLIS, QUIET_MILLIS));
    closed.close();
    var _ = Futures.await(db.configure("docs", NamespaceOptions.DEFAULT));
    for (int i = 1; i < EVENTS; i++) {
      var _ =
          Futures.await(
              db.batch(
                  dev.nacre.BatchRequest.of(
                          WriteBatch.builder().put("docs", "k" + i, Value.text("v")).build())
                      .withDurability(Durability.ASYNC)));
    }
  }

  /**
   * More than there are: the one rule that asks for so many (3.17) cancels after a few, and would
   * be skipped otherwise.
   */
  @Override
  public long maxElementsFromPublisher() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Flow.Publisher<ChangeEvent> createFlowPublisher(long elements) {
    return db.watch(
        WatchRequest.of("docs")
            .withAfter(AsOf.version(0))
            .withUntil(AsOf.version(Math.min(elements, EVENTS)))
            .withPageLimit(PAGE));
  }

  @Override
  public Flow.Publisher<ChangeEvent> createFailedFlowPublisher() {
    return closed.watch(WatchRequest.of("docs"));
  }

  /** Frees the database. */
  @org.testng.annotations.AfterClass
  public void closeDatabase() {
    db.close();
  }
}
