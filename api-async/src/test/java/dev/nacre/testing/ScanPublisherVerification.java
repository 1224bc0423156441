package dev.nacre.testing;

import dev.nacre.Database;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/**
 * The Reactive Streams rules, over scans whose pages are smaller than the streams. Its methods are
 * TestNG tests; {@link ScanPublisherTckTest} runs them.
 */
public final class ScanPublisherVerification extends FlowPublisherVerification<VersionedRecord> {
  private static final long TIMEOUT_MILLIS = 2_000;
  private static final long QUIET_MILLIS = 100;
  private static final int RECORDS = 500;
  private static final int PAGE = 3;

  private final Database db = Database.openInMemory();
  private final Database closed = Database.openInMemory();

  /** Over a database with some records. */
  public ScanPublisherVerification() {
    super(new TestEnvironment(TIMEOUT_MILLIS, QUIET_MILLIS));
    closed.close();
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < RECORDS; i++) {
      batch.put("docs", key(i), Value.text("value " + i));
    }
    var _ = Futures.await(db.batch(batch.build()));
  }

  private static String key(long i) {
    return "k%06d".formatted(i);
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
  public Flow.Publisher<VersionedRecord> createFlowPublisher(long elements) {
    return db.scan(ScanRequest.of("docs").withRange(null, key(elements)).withLimit(PAGE));
  }

  @Override
  public Flow.Publisher<VersionedRecord> createFailedFlowPublisher() {
    return closed.scan("docs");
  }

  /** Frees the database. */
  @org.testng.annotations.AfterClass
  public void closeDatabase() {
    db.close();
  }
}
