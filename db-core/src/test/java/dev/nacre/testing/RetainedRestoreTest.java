package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backups of a store that was swept, and the space that it gives back. */
@Timeout(120)
class RetainedRestoreTest extends SweptStore {
  @Test
  void restore_toAMomentBelowTheFloor_isRefused() throws Exception {
    Path backups = directory.resolve("backups");
    try (Store store = open()) {
      put(store, "all", "k", 1);
      configure(store, "ns", Retention.lastVersions(1));
      for (int i = 0; i < 4; i++) {
        put(store, "ns", "k", i);
      }
      clock.advance(Duration.ofMinutes(1));
      assertEquals(3, sweep(store).historyRows());
      put(store, "ns", "k", 9);
      Backup _ = BackupWriter.run(store, BackupRequest.to(backups), clock, () -> false);
    }
    HistoryDroppedException dropped =
        assertThrows(
            HistoryDroppedException.class,
            () -> BackupRestore.run(to(backups, "refused", AsOf.version(4))));
    assertEquals("6", dropped.details().get("oldest"));
    assertFalse(Files.exists(directory.resolve("refused")));

    var restored = BackupRestore.run(to(backups, "restored", AsOf.version(6)));
    assertEquals(6, restored.version());
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("restored"), ViewCheck.NONE).problems());
    try (Store store =
        Store.open(
            StoreOptions.in(directory.resolve("restored"))
                .withClock(clock)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))))) {
      assertEquals(6, at(store, 6, "ns", "k"));
      // Before there was the namespace, nothing of it can have been dropped.
      put(store, "ns", "k", 10);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(1, sweep(store).historyRows());
    }
    var first = BackupRestore.run(to(backups, "first", AsOf.version(1)));
    assertEquals(1, first.version());
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("first"), ViewCheck.NONE).problems());
  }

  @Test
  void restore_toBeforeADroppedNamespace_leavesNothingOfIt_whoeverGetsItsId() throws Exception {
    Path backups = directory.resolve("backups");
    int id;
    try (Store store = open()) {
      put(store, "all", "k", 1);
      configure(store, "gone", Retention.duration(Duration.ofSeconds(1)));
      embed(store, "gone", "ghost", 1);
      embed(store, "gone", "ghost", 2);
      id = store.namespace(store.now(), "gone").orElseThrow().id();
      commit(store, WriteBatch.of(new Write.DeleteNamespace("gone")));
      clock.advance(Duration.ofMinutes(1));
      put(store, "all", "k", 2);
      // Its rows are in files, and the deleted ranges beside them.
      assertEquals(1, sweep(store).namespacesDropped());
      Backup _ = BackupWriter.run(store, BackupRequest.to(backups), clock, () -> false);
    }
    HistoryDroppedException dropped =
        assertThrows(
            HistoryDroppedException.class,
            () -> BackupRestore.run(to(backups, "refused", AsOf.version(3))));
    assertEquals("gone", dropped.details().get("namespace"));
    var _ = BackupRestore.run(to(backups, "restored", AsOf.version(1)));
    Path restored = directory.resolve("restored");
    try (Store store = Store.open(StoreOptions.in(restored).withClock(clock))) {
      for (int i = 0; i < 3; i++) {
        put(store, "new" + i, "k", 1);
      }
      String heir =
          store.namespaces(store.now()).stream()
              .filter(namespace -> namespace.id() == id)
              .findFirst()
              .orElseThrow()
              .name();
      assertEquals(1, store.scan(ScanRequest.of(heir)).items().size());
      assertTrue(store.get(store.now(), heir, "ghost", Set.of()).isEmpty());
      assertTrue(store.history(HistoryRequest.of(heir, "ghost")).items().isEmpty());
      List<String> changed = new ArrayList<>();
      store.readLog(id, 0, store.now().version(), change -> changed.add(change.key()));
      assertEquals(List.of("k"), changed);
      assertEquals(
          1,
          store
              .scan(ScanRequest.of(heir).withAsOf(AsOf.version(store.now().version())))
              .items()
              .size());
    }
    assertEquals(List.of(), StoreVerification.run(restored, ViewCheck.NONE).problems());
  }

  private RestoreRequest to(Path backups, String name, AsOf asOf) {
    return RestoreRequest.of(backups, directory.resolve(name)).withAsOf(asOf);
  }

  @Test
  void space_isGivenBack() throws Exception {
    Path store = directory.resolve("db").resolve("store");
    long full;
    try (Store opened = open()) {
      configure(opened, "ns", Retention.duration(Duration.ofSeconds(1)));
      byte[] bytes = new byte[50_000];
      for (int i = 0; i < 400; i++) {
        new java.util.Random(i).nextBytes(bytes);
        commit(
            opened,
            WriteBatch.builder().put("ns", "k" + i % 10, Value.bytes(bytes, "a/b")).build());
      }
      var _ = opened.compact();
      full = size(store);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(390, sweep(opened).historyRows());
      var report = opened.compact();
      assertTrue(report.bytesAfter() < report.bytesBefore() / 10, report::toString);
    }
    try (Store _ = open()) {
      // Opening again drops the log of what is in files now.
    }
    long left = size(store);
    assertTrue(left < full / 8, () -> full + " bytes before, " + left + " now");
    assertClean();
  }
}
