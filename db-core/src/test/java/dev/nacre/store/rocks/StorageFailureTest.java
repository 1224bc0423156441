package dev.nacre.store.rocks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Which failures are a full disk, and after which the write may come back. */
class StorageFailureTest {
  private static StorageFailure failure(String message, Throwable cause) {
    return new StorageFailure(message, cause);
  }

  private static RocksDBException of(Status.SubCode subCode) {
    return new RocksDBException(new Status(Status.Code.IOError, subCode, "state"));
  }

  @Test
  void fullDisk_isWhatRocksDbCallsNoSpace() {
    assertTrue(failure("m", of(Status.SubCode.NoSpace)).isDiskFull());
    assertFalse(failure("m", of(Status.SubCode.None)).isDiskFull());
    assertFalse(failure("m", new RocksDBException("without a status")).isDiskFull());
    assertFalse(failure("m", new IllegalStateException()).isDiskFull());
  }

  @Test
  void writeThatDidNotFitIntoTheLog_isGone_anyOtherMayComeBack() {
    RocksDBException full = of(Status.SubCode.NoSpace);
    assertFalse(failure("While appending to file: 000004.log", full).outcomeUnknown());
    assertTrue(failure("While fsync: 000004.log", full).outcomeUnknown());
    assertTrue(
        failure("While appending to file: 000004.log", of(Status.SubCode.None)).outcomeUnknown());
  }
}
