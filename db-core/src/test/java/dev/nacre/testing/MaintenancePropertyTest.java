package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.RestoredBackup;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.maintain.JsonLinesExport;
import dev.nacre.store.maintain.JsonLinesImport;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** After random histories: what is restored, exported and verified is what the model says. */
class MaintenancePropertyTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
  void history_verified_nothingIsWrong(@ForAll("histories") List<HistoryStep> steps)
      throws Exception {
    TestDirectories.inNew(
        "nacre-maintenance",
        directory -> {
          try (HistoryRun run = new HistoryRun(options(directory))) {
            run.playOnly(steps);
            // Beside the owner, of what is still in its log.
            assertClean(directory);
          }
          assertClean(directory);
        });
  }

  @Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
  void history_backedUpTwiceAndRestored_isTheSame(
      @ForAll("histories") List<HistoryStep> steps, @ForAll("histories") List<HistoryStep> more)
      throws Exception {
    TestDirectories.inNew(
        "nacre-maintenance",
        directory -> {
          Path backups = directory.resolveSibling("backups");
          try (HistoryRun run = new HistoryRun(options(directory))) {
            run.playOnly(steps);
            Backup first = backup(run, backups);
            run.playOnly(more);
            Backup second = backup(run, backups);
            assertEquals(List.of(first, second), BackupRestore.list(backups));
            check(
                run,
                RestoreRequest.of(backups, directory.resolveSibling("second")),
                second.version(),
                second);
            check(
                run,
                RestoreRequest.of(backups, directory.resolveSibling("first")).withId(first.id()),
                first.version(),
                first);
          }
        });
  }

  @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
  void history_restoredToAVersion_isWhatItWasThen(
      @ForAll("histories") List<HistoryStep> steps, @ForAll long seed) throws Exception {
    TestDirectories.inNew(
        "nacre-maintenance",
        directory -> {
          Path backups = directory.resolveSibling("backups");
          try (HistoryRun run = new HistoryRun(options(directory))) {
            run.playOnly(steps);
            Backup backup = backup(run, backups);
            long version = new Random(seed).nextLong(backup.version() + 1);
            check(
                run,
                RestoreRequest.of(backups, directory.resolveSibling("by-version"))
                    .withAsOf(AsOf.version(version)),
                version,
                backup);
            if (version > 0) {
              AsOf instant = AsOf.instant(run.modelAt(version, version).committedAt(version));
              check(
                  run,
                  RestoreRequest.of(backups, directory.resolveSibling("by-instant"))
                      .withAsOf(instant),
                  version,
                  backup);
            }
          }
        });
  }

  @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
  void history_exportedAndImported_sameRecords(
      @ForAll("histories") List<HistoryStep> steps, @ForAll long seed) throws Exception {
    try (HistoryRun run = new HistoryRun(StoreOptions.inMemory());
        Store copy = Store.open(StoreOptions.inMemory().withClock(run.clock()))) {
      run.playOnly(steps);
      Random random = new Random(seed);
      AsOf asOf =
          random.nextBoolean()
              ? AsOf.now()
              : AsOf.version(random.nextLong(run.store().now().version() + 1));
      ReadPoint at = run.store().resolve(asOf);
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      var exported =
          JsonLinesExport.run(run.store(), ExportRequest.to(lines).withAsOf(asOf), () -> false);
      var imported =
          JsonLinesImport.run(
              copy,
              ImportRequest.from(new ByteArrayInputStream(lines.toByteArray()))
                  .withBatchRecords(1 + random.nextInt(20)),
              () -> false);
      assertEquals(exported.records(), imported.records());
      assertEquals(lines.size(), exported.bytes());
      for (Namespace namespace : run.store().namespaces(at)) {
        List<String> expected = records(run.store(), namespace.name(), at);
        // Judged at the same instant: what expires must expire in the copy just then.
        ReadPoint there = new ReadPoint(copy.now().version(), at.instant(), copy.lineage());
        assertEquals(expected, records(copy, namespace.name(), there));
      }
    }
  }

  /** A store that was restored answers as the model of its version, goes on, and verifies. */
  private static void check(HistoryRun run, RestoreRequest request, long version, Backup backup)
      throws Exception {
    RestoredBackup restored = BackupRestore.run(request);
    assertEquals(version, restored.version());
    assertClean(request.target());
    NaiveStore model = run.modelAt(version, backup.version());
    try (Store store = Store.open(options(request.target()).withClock(run.clock()))) {
      assertEquals(restored.lineage(), store.lineage());
      assertNotEquals(run.store().lineage(), store.lineage());
      run.compare(store, model);
      WriteBatch next =
          WriteBatch.builder().put("a", "k", Value.text("next")).delete("ab", "ka").build();
      long expected = model.commit(next, run.clock().instant());
      assertEquals(
          expected,
          store
              .commit(next, Durability.SYNC, TIMEOUT)
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
              .version());
      run.compare(store, model);
    }
    assertClean(request.target());
  }

  private static Backup backup(HistoryRun run, Path backups) {
    return BackupWriter.run(run.store(), BackupRequest.to(backups), run.clock(), () -> false);
  }

  private static void assertClean(Path directory) {
    assertEquals(List.of(), StoreVerification.run(directory, ViewCheck.NONE).problems());
  }

  private static List<String> records(Store store, String namespace, ReadPoint at) {
    Set<String> spaces =
        RandomHistories.SPACES.stream().map(space -> space.name()).collect(Collectors.toSet());
    List<String> all = new ArrayList<>();
    for (String key : RandomHistories.KEYS) {
      Optional<VersionedRecord> found = store.get(at, namespace, key, spaces);
      found.ifPresent(
          record ->
              all.add(
                  key
                      + record.value()
                      + record.metadataVersion().isPresent()
                      + record.metadata()
                      + vectors(record)
                      + record.expiresAt()));
    }
    return all;
  }

  private static String vectors(VersionedRecord record) {
    return record.embeddings().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + Arrays.toString(entry.getValue().vector()))
        .collect(Collectors.joining());
  }

  @Provide
  Arbitrary<List<HistoryStep>> histories() {
    return RandomHistories.histories(40);
  }

  private static StoreOptions options(Path directory) {
    return StoreOptions.in(directory).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20);
  }
}
