package dev.nacre.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** The check against what RocksDB really recovers from the same damaged files. */
class WriteAheadLogCheckTest {
  @TempDir Path temp;

  @Test
  void check_absentOrEmptyDirectory_hasEmptyLog() {
    assertEquals(LogCheckResult.EMPTY, check(temp.resolve("absent")));
    assertEquals(LogCheckResult.EMPTY, check(temp));
  }

  @Test
  void check_crashAfterSyncedGroups_readsEveryVersion() throws Exception {
    Path crashed = groups(20, 3, 500);
    assertEquals(new LogCheckResult(1, 60, 57, ""), check(crashed));
    assertEquals(versions(60), recovered(crashed));
  }

  @Test
  void check_groupsOfManyBlocks_areAssembled() throws Exception {
    Path crashed = groups(4, 5, 90_000);
    assertEquals(new LogCheckResult(1, 20, 15, ""), check(crashed));
    assertEquals(versions(20), recovered(crashed));
  }

  @Test
  void check_groupsThatEndNearABlocksEnd_areRead() throws Exception {
    // Every distance to the end of a block, with trailers of 1 to 6 bytes and empty first
    // fragments.
    for (int bytes = 32_500; bytes < 32_700; bytes += 7) {
      for (int extra = 0; extra < 7; extra += 3) {
        Path crashed = groups(3, 1, bytes + extra);
        assertEquals(new LogCheckResult(1, 3, 2, ""), check(crashed));
        LogTestStore.delete(crashed);
      }
    }
  }

  @Test
  void check_flipOfEachByteBeforeTheLastGroup_isCorruption() throws Exception {
    Path crashed = groups(4, 2, 40);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] good = Files.readAllBytes(log);
    int lastGroup = lastRecord(good);
    for (int at = 0; at < lastGroup; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      Files.write(log, bad);
      long group = 1L + groupAt(good, at);
      if (group == 1) {
        // Nothing readable before: what the sorted files hold decides.
        LogCheckResult result = check(crashed);
        assertEquals(0, result.lastVersion(), "byte " + at);
        assertEquals(6, result.durableUpTo(), "byte " + at);
        assertTrue(result.damaged());
        continue;
      }
      CorruptionException thrown =
          assertThrows(CorruptionException.class, () -> check(crashed), "byte " + at);
      assertEquals(Long.toString(group * 2 - 1), thrown.details().get("fromVersion"));
      assertEquals("6", thrown.details().get("toVersion"));
      assertTrue(thrown.toString().contains(log.getFileName().toString()));
    }
    // RocksDB itself opens such a log and says nothing.
    byte[] bad = good.clone();
    bad[recordStart(good, 1) + 20] ^= 1;
    Files.write(log, bad);
    assertEquals(versions(2), recovered(crashed));
  }

  @Test
  void check_flipOfEachByteOfTheLastGroup_passesAsTornTail() throws Exception {
    Path crashed = groups(4, 2, 40);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] good = Files.readAllBytes(log);
    for (int at = lastRecord(good); at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      Files.write(log, bad);
      LogCheckResult result = check(crashed);
      assertEquals(6, result.lastVersion(), "byte " + at);
      assertEquals(4, result.durableUpTo(), "byte " + at);
      assertTrue(result.damaged());
      if (at % 16 == 0) {
        assertEquals(versions(6), recovered(crashed));
      }
    }
  }

  @Test
  void check_truncatedAtEachByteOfTheLastGroup_passes() throws Exception {
    Path crashed = groups(4, 2, 40);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] good = Files.readAllBytes(log);
    int lastGroup = lastRecord(good);
    for (int length = lastGroup; length < good.length; length++) {
      Files.write(log, Arrays.copyOf(good, length));
      LogCheckResult result = check(crashed);
      assertEquals(6, result.lastVersion(), "length " + length);
      assertEquals(length > lastGroup, result.damaged());
      if (length % 16 == 0) {
        assertEquals(versions(6), recovered(crashed));
      }
    }
  }

  @Test
  void check_zeroFilledTail_passes() throws Exception {
    Path crashed = groups(4, 2, 40);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] good = Files.readAllBytes(log);
    for (int zeros : new int[] {1, 3, 7, 100, 40_000, 200_000}) {
      Files.write(log, Arrays.copyOf(good, good.length + zeros));
      assertEquals(8, check(crashed).lastVersion(), zeros + " zeros");
      assertEquals(versions(8), recovered(crashed));
      byte[] torn = Arrays.copyOf(good, good.length + zeros);
      Arrays.fill(torn, lastRecord(good) + 30, torn.length, (byte) 0);
      Files.write(log, torn);
      assertEquals(6, check(crashed).lastVersion(), zeros + " zeros over the last group");
      assertEquals(versions(6), recovered(crashed));
    }
  }

  @Test
  void check_zerosInTheMiddleThatEndWithinARecord_isCorruption() throws Exception {
    Path crashed = groups(10, 1, 20_000);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] bad = Files.readAllBytes(log);
    Arrays.fill(bad, recordStart(bad, 3), 3 * LogFileReader.BLOCK, (byte) 0);
    Files.write(log, bad);
    CorruptionException thrown = assertThrows(CorruptionException.class, () -> check(crashed));
    assertEquals("3", thrown.details().get("fromVersion"));
    assertEquals(versions(2), recovered(crashed));
  }

  @Test
  void check_zerosOverAWholeBlock_isCorruptionThoughRocksOpensWithAHole() throws Exception {
    byte[] probe = Files.readAllBytes(LogTestStore.logFiles(groups(1, 1, 30_000)).getLast());
    LogTestStore.delete(temp.resolve("crashed"));
    Path crashed = groups(5, 1, 30_000 + LogFileReader.BLOCK - probe.length);
    Path log = LogTestStore.logFiles(crashed).getLast();
    byte[] bad = Files.readAllBytes(log);
    assertEquals(5 * LogFileReader.BLOCK, bad.length);
    Arrays.fill(bad, 2 * LogFileReader.BLOCK, 3 * LogFileReader.BLOCK, (byte) 0);
    Files.write(log, bad);
    CorruptionException thrown = assertThrows(CorruptionException.class, () -> check(crashed));
    assertEquals("3", thrown.details().get("fromVersion"));
    assertEquals("3", thrown.details().get("toVersion"));
    assertEquals(List.of(1L, 2L, 4L, 5L), recovered(crashed));
  }

  @Test
  void check_middleLogFileDeleted_isCorruption() throws Exception {
    Path crashed = files(4, 5);
    List<Path> logs = LogTestStore.logFiles(crashed);
    assertEquals(4, logs.size());
    Files.delete(logs.get(1));
    CorruptionException thrown = assertThrows(CorruptionException.class, () -> check(crashed));
    assertEquals("6", thrown.details().get("fromVersion"));
    assertEquals("10", thrown.details().get("toVersion"));
    // RocksDB opens it with a hole.
    assertFalse(recovered(crashed).contains(7L));
  }

  @Test
  void check_oldestLogFileDeleted_tellsTheFirstVersion() throws Exception {
    Path crashed = files(3, 5);
    Files.delete(LogTestStore.logFiles(crashed).getFirst());
    assertEquals(6, check(crashed).firstVersion());
  }

  @Test
  void check_earlierLogFileCutShort_isCorruption() throws Exception {
    Path crashed = files(3, 5);
    Path log = LogTestStore.logFiles(crashed).get(1);
    byte[] good = Files.readAllBytes(log);
    for (int length : new int[] {0, 3, recordStart(good, 2), recordStart(good, 2) + 9}) {
      Files.write(log, Arrays.copyOf(good, length));
      CorruptionException thrown =
          assertThrows(CorruptionException.class, () -> check(crashed), "length " + length);
      assertEquals(length < 100 ? "6" : "8", thrown.details().get("fromVersion"));
    }
  }

  @Test
  void check_severalFilesUndamaged_readsAcrossThem() throws Exception {
    Path crashed = files(4, 5);
    assertEquals(new LogCheckResult(1, 20, 19, ""), check(crashed));
    assertEquals(versions(20), recovered(crashed));
  }

  @Test
  void check_lossOfUnsyncedCommitsFollowedByUncoveringRows_passes() throws Exception {
    Path crashed;
    byte[] good;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.group(3, 40);
      for (int i = 0; i < 5; i++) {
        store.unsyncedCommit();
      }
      crashed = store.crash(temp.resolve("crashed"));
    }
    Path log = LogTestStore.logFiles(crashed).getLast();
    good = Files.readAllBytes(log);
    good[recordStart(good, 2) + 8] ^= 1;
    Files.write(log, good);
    LogCheckResult result = check(crashed);
    assertEquals(4, result.lastVersion());
    assertEquals(3, result.durableUpTo());
    assertEquals(versions(4), recovered(crashed));
  }

  @Test
  void check_replacedRowOfAnEarlierCommit_isNoCommitOfTheLog() throws Exception {
    Path crashed;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 7)) {
      for (int i = 0; i < 10; i++) {
        store.group(1, 40);
      }
      store.flushAll();
      // The log begins anew with the row that a purge has replaced, and a commit follows it.
      store.replace(5);
      store.group(1, 40);
      crashed = store.crash(temp.resolve("crashed"));
    }
    assertEquals(new LogCheckResult(11, 11, 10, ""), check(crashed));
    assertEquals(versions(11), recovered(crashed));
  }

  @Test
  void check_gapThatNobodyVouchesFor_isTheEnd() throws Exception {
    Path crashed;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.group(3, 40);
      store.unsyncedCommit();
      store.unsyncedCommit();
      store.newLogFile();
      store.unsyncedCommit();
      crashed = store.crash(temp.resolve("crashed"));
    }
    List<Path> logs = LogTestStore.logFiles(crashed);
    Path first = logs.getFirst();
    byte[] good = Files.readAllBytes(first);
    int end = recordStart(good, 2);
    Files.write(first, Arrays.copyOf(good, end));
    LogCheckResult result = check(crashed);
    assertEquals(new LogCheckResult(1, 4, 3, "", new LogGap(first, end)), result);
    assertEquals(
        logs.subList(1, logs.size()).reversed(),
        WriteAheadLogCheck.behind(crashed, new LogGap(first, end)));
    // RocksDB opens it with a hole.
    assertEquals(List.of(1L, 2L, 3L, 4L, 6L), recovered(crashed));
  }

  @Test
  void check_noteBehindMissingCommits_isBehindAGap() throws Exception {
    Path crashed;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.group(3, 40);
      store.unsyncedCommit();
      store.unsyncedCommit();
      store.newLogFile();
      store.unsyncedNote();
      crashed = store.crash(temp.resolve("crashed"));
    }
    assertEquals(new LogCheckResult(1, 5, 3, ""), check(crashed));
    Path first = LogTestStore.logFiles(crashed).getFirst();
    byte[] good = Files.readAllBytes(first);
    int end = recordStart(good, 2);
    Files.write(first, Arrays.copyOf(good, end));
    assertEquals(new LogCheckResult(1, 4, 3, "", new LogGap(first, end)), check(crashed));
  }

  @Test
  void check_noteMissingBeforeCommitsThatAreVouchedFor_isCorruption() throws Exception {
    Path crashed;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.group(3, 40);
      // Leaves a note at the end of the first file.
      store.newLogFile();
      store.group(1, 40);
      store.group(1, 40);
      crashed = store.crash(temp.resolve("crashed"));
    }
    assertEquals(new LogCheckResult(1, 5, 4, ""), check(crashed));
    Path first = LogTestStore.logFiles(crashed).getFirst();
    byte[] good = Files.readAllBytes(first);
    Files.write(first, Arrays.copyOf(good, recordStart(good, 1)));
    CorruptionException e = assertThrows(CorruptionException.class, () -> check(crashed));
    assertEquals("4", e.details().get("fromVersion"));
    assertEquals("4", e.details().get("toVersion"));
  }

  @Test
  void gapBefore_noteWhoseWholeEarlierLogIsLost_isInFrontOfIt() throws Exception {
    Path crashed;
    Path later;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.unsyncedCommit();
      store.unsyncedCommit();
      // Before the manifest names what the flush has written.
      crashed = store.crash(temp.resolve("crashed"));
      store.newLogFile();
      store.unsyncedNote();
      later = store.crash(temp.resolve("later"));
    }
    Path first = LogTestStore.logFiles(crashed).getFirst();
    Path second = LogTestStore.logFiles(later).getLast();
    Files.copy(second, crashed.resolve(second.getFileName()));
    assertNull(WriteAheadLogCheck.gapBefore(later, LogTestStore.COMMIT));
    Files.write(first, new byte[0]);
    assertEquals(LogCheckResult.EMPTY, check(crashed));
    assertEquals(
        new LogGap(crashed.resolve(second.getFileName()), 0),
        WriteAheadLogCheck.gapBefore(crashed, LogTestStore.COMMIT));
  }

  @Test
  void check_logFilesThatLingerAfterAFlush_areNotCounted() throws Exception {
    Path crashed;
    Path before;
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 1)) {
      store.group(3, 40);
      before = store.crash(temp.resolve("before"));
      store.flushAll();
      store.group(2, 40);
      store.flushAll();
      store.group(2, 40);
      crashed = store.crash(temp.resolve("crashed"));
    }
    Path obsolete = LogTestStore.logFiles(before).getFirst();
    Path lingering = crashed.resolve(obsolete.getFileName().toString());
    assertFalse(Files.exists(lingering));
    byte[] bytes = Files.readAllBytes(obsolete);
    bytes[bytes.length / 2] ^= 1;
    Files.write(lingering, bytes);
    assertEquals(new LogCheckResult(6, 7, 5, ""), check(crashed));
    assertEquals(versions(7), recovered(crashed));
  }

  @Test
  void check_anythingFound_writesNothing() throws Exception {
    Path crashed = files(3, 5);
    List<Path> before = LogTestStore.logFiles(crashed);
    byte[] last = Files.readAllBytes(before.getLast());
    assertEquals(15, check(crashed).lastVersion());
    assertEquals(before, LogTestStore.logFiles(crashed));
    assertTrue(Arrays.equals(last, Files.readAllBytes(before.getLast())));
  }

  private LogCheckResult check(Path directory) {
    return WriteAheadLogCheck.check(directory, LogTestStore.COMMIT);
  }

  private List<Long> recovered(Path directory) throws IOException, RocksDBException {
    return LogTestStore.recovered(directory, temp.resolve("scratch"));
  }

  private static List<Long> versions(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private Path groups(int groups, int commits, int bytes) throws Exception {
    Path directory = temp.resolve("store");
    LogTestStore.delete(directory);
    try (LogTestStore store = LogTestStore.create(directory, 7)) {
      for (int i = 0; i < groups; i++) {
        store.group(commits, bytes);
      }
      return store.crash(temp.resolve("crashed"));
    }
  }

  /** Log files of single commits. */
  private Path files(int files, int commits) throws Exception {
    try (LogTestStore store = LogTestStore.create(temp.resolve("store"), 7)) {
      for (int file = 0; file < files; file++) {
        for (int i = 0; i < commits; i++) {
          store.group(1, 40);
        }
        if (file + 1 < files) {
          store.newLogFile();
        }
      }
      return store.crash(temp.resolve("crashed"));
    }
  }

  /** Where the n-th physical record (from 0) of a log of one block begins. */
  private static int recordStart(byte[] log, int n) {
    int at = 0;
    for (int i = 0; i < n; i++) {
      at = next(log, at);
    }
    return at;
  }

  private static int next(byte[] log, int at) {
    int left = LogFileReader.BLOCK - at % LogFileReader.BLOCK;
    if (left < 7) {
      return at + left;
    }
    return at + 7 + (log[at + 4] & 0xff) + ((log[at + 5] & 0xff) << 8);
  }

  private static int groupAt(byte[] log, int offset) {
    int group = 0;
    for (int at = next(log, 0); at <= offset; at = next(log, at)) {
      group++;
    }
    return group;
  }

  private static int lastRecord(byte[] log) {
    int at = 0;
    while (next(log, at) < log.length) {
      at = next(log, at);
    }
    return at;
  }
}
