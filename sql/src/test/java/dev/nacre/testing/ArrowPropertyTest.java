package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.sql.arrow.ArrowExport;
import dev.nacre.sql.arrow.ArrowImport;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** After random histories: what is exported as Arrow and imported is the same, bit for bit. */
class ArrowPropertyTest {
  private static final Set<String> SPACES =
      RandomHistories.SPACES.stream().map(EmbeddingSpace::name).collect(Collectors.toSet());

  /** What a record is, apart from its versions, which an import gives anew. */
  private record Content(
      String key,
      Optional<Value> value,
      boolean hasMetadata,
      Metadata metadata,
      Map<String, Embedding> embeddings,
      Optional<Instant> expiresAt) {}

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void history_exportedAndImported_sameRecords(
      @ForAll("histories") List<HistoryStep> steps, @ForAll long seed, @ForAll boolean file)
      throws Exception {
    Path directory = Files.createTempDirectory("nacre-arrow");
    try (HistoryRun run = new HistoryRun(StoreOptions.inMemory());
        Store copy = Store.open(StoreOptions.inMemory().withClock(run.clock()))) {
      run.playOnly(steps);
      Random random = new Random(seed);
      AsOf asOf =
          random.nextBoolean()
              ? AsOf.now()
              : AsOf.version(random.nextLong(run.store().now().version() + 1));
      ReadPoint at = run.store().resolve(asOf);
      byte[] table = export(run.store(), AsOf.at(at), file ? directory : null);
      assertArrayEquals(
          table,
          export(run.store(), AsOf.at(at), file ? directory : null),
          "the same records are the same bytes: nothing of memory that was not written");
      var imported =
          ArrowImport.run(
              copy,
              ImportRequest.from(new ByteArrayInputStream(table))
                  .withBatchRecords(1 + random.nextInt(20)),
              () -> false);
      long records = 0;
      for (Namespace namespace : run.store().namespaces(at)) {
        List<Content> expected = records(run.store(), namespace.name(), at);
        records += expected.size();
        // Judged at the same instant: what expires must expire in the copy just then.
        ReadPoint there = new ReadPoint(copy.now().version(), at.instant(), copy.lineage());
        assertEquals(expected, records(copy, namespace.name(), there));
        assertEquals(
            namespace.options(), copy.namespace(there, namespace.name()).orElseThrow().options());
      }
      assertEquals(records, imported.records());
      assertEquals(records, imported.lines());
      assertEquals(file ? List.of("table.arrow") : List.of(), names(directory));
    } finally {
      TestDirectories.delete(directory);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
    }
  }

  private static byte[] export(Store store, AsOf asOf, @Nullable Path directory) throws Exception {
    if (directory == null) {
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      var report = ArrowExport.run(store, ExportRequest.to(stream).withAsOf(asOf), () -> false);
      assertEquals(stream.size(), report.bytes());
      return stream.toByteArray();
    }
    Path file = directory.resolve("table.arrow");
    var report = ArrowExport.run(store, ExportRequest.to(file).withAsOf(asOf), () -> false);
    assertEquals(Files.size(file), report.bytes());
    return Files.readAllBytes(file);
  }

  private static List<Content> records(Store store, String namespace, ReadPoint at) {
    return RandomHistories.KEYS.stream()
        .map(key -> store.get(at, namespace, key, SPACES))
        .flatMap(Optional::stream)
        .map(ArrowPropertyTest::content)
        .toList();
  }

  private static Content content(VersionedRecord record) {
    return new Content(
        record.key(),
        record.value(),
        record.metadataVersion().isPresent(),
        record.metadata(),
        record.embeddings(),
        record.expiresAt());
  }

  @Provide
  Arbitrary<List<HistoryStep>> histories() {
    return RandomHistories.histories(40);
  }
}
