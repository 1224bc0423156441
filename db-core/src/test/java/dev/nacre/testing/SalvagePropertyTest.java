package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.ReadableRows;
import dev.nacre.store.salvage.Salvage;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Random histories, damaged in files, against the model of what was written. */
class SalvagePropertyTest {
  private static final Set<String> SPACES =
      RandomHistories.SPACES.stream().map(EmbeddingSpace::name).collect(Collectors.toSet());

  @Property(tries = 15, shrinking = ShrinkingMode.BOUNDED)
  void undamaged_salvaged_isTheSameAtEveryVersion(
      @ForAll("histories") List<HistoryStep> steps, @ForAll boolean sorted) throws Exception {
    TestDirectories.inNew(
        "nacre-salvage",
        directory -> {
          Played played = play(directory, steps, sorted);
          Path target = directory.resolveSibling("salvaged");
          SalvageReport report = Salvage.run(SalvageRequest.of(directory, target));
          assertEquals(List.of(), report.files());
          assertTrue(report.isWhole(), report::toString);
          assertEquals(played.version(), report.version());
          assertEquals(List.of(), StoreVerification.run(target, ViewCheck.NONE).problems());
          try (Store store = Store.open(options(target).withClock(played.run().clock()))) {
            check(played.model(), store, report, "undamaged");
            assertEquals(
                described(played.model(), played.version()), described(store), "namespaces");
          }
        });
  }

  private static Map<String, String> described(NaiveStore model, long version) {
    Map<String, String> described = new TreeMap<>();
    model
        .world(version)
        .namespaces()
        .forEach(
            (name, namespace) ->
                described.put(
                    name,
                    namespace.createdVersion
                        + " "
                        + namespace.options
                        + " "
                        + Set.copyOf(namespace.spaces.values()).size()));
    return described;
  }

  private static Map<String, String> described(Store store) {
    Map<String, String> described = new TreeMap<>();
    for (Namespace namespace : store.namespaces(store.now())) {
      described.put(
          namespace.name(),
          namespace.createdVersion() + " " + namespace.options() + " " + namespace.spaces().size());
    }
    return described;
  }

  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void damaged_salvaged_nothingIsInventedAndLossesAreSaid(
      @ForAll("histories") List<HistoryStep> steps, @ForAll long seed) throws Exception {
    TestDirectories.inNew(
        "nacre-salvage",
        directory -> {
          Random random = new Random(seed);
          Played played = play(directory, steps, random.nextInt(4) != 0);
          Path target = directory.resolveSibling("salvaged");
          Set<Path> damaged = damage(directory.resolve("store"), random);
          Map<String, String> before = digests(directory);
          SalvageReport report = Salvage.run(SalvageRequest.of(directory, target));
          assertEquals(before, digests(directory), "the damaged directory was changed");
          assertFalse(report.isWhole() && played.version() > report.version());
          assertEquals(List.of(), StoreVerification.run(target, ViewCheck.NONE).problems());
          try (Store store = Store.open(options(target).withClock(played.run().clock()))) {
            check(played.model(), store, report, damaged.toString());
            undamagedIsThere(played.model(), directory.resolve("store"), damaged, store);
          }
        });
  }

  /** A history that was played, and the store closed. */
  private record Played(HistoryRun run, long version) {
    NaiveStore model() {
      return run.modelAt(version, version);
    }
  }

  private static Played play(Path directory, List<HistoryStep> steps, boolean sorted)
      throws Exception {
    try (HistoryRun run = new HistoryRun(options(directory))) {
      run.playOnly(steps.stream().filter(step -> !(step instanceof HistoryStep.Purge)).toList());
      if (sorted) {
        // What is in the log goes to sorted files.
        run.playOnly(List.of(new HistoryStep.Reopen()));
      }
      return new Played(run, run.store().now().version());
    }
  }

  /** Damages one to three files, each in its way. */
  private static Set<Path> damage(Path store, Random random) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(store)) {
      files =
          new ArrayList<>(
              entries
                  .filter(file -> file.toString().matches(".*(\\.sst|\\.log|MANIFEST-\\d+)"))
                  .sorted()
                  .toList());
    }
    Map<Path, Boolean> damaged = new HashMap<>();
    for (int n = 1 + random.nextInt(3); n > 0 && !files.isEmpty(); n--) {
      Path file = files.remove(random.nextInt(files.size()));
      long size = Files.size(file);
      switch (random.nextInt(3)) {
        case 0 -> Files.delete(file);
        case 1 -> {
          byte[] bytes = Files.readAllBytes(file);
          Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
        }
        default -> {
          if (size > 0) {
            Damage.flip(file, random.nextLong(size));
          }
        }
      }
      damaged.put(file, true);
    }
    return damaged.keySet();
  }

  /** At each version: what is there is what was there, or was before and the loss is said. */
  private static void check(NaiveStore model, Store store, SalvageReport report, String damage) {
    long newest = store.now().version();
    assertEquals(report.version(), newest);
    for (long version = 0; version <= newest; version++) {
      ReadPoint at = store.resolve(AsOf.version(version));
      ReadPoint then =
          new ReadPoint(version, version == 0 ? at.instant() : model.committedAt(version), "");
      for (String namespace : RandomHistories.NAMESPACES) {
        for (String key : RandomHistories.KEYS) {
          VersionedRecord found = store.get(at, namespace, key, SPACES).orElse(null);
          NaiveWorld.NaiveState expected = model.get(then, namespace, key).orElse(null);
          if (found == null) {
            assertTrue(
                expected == null || !report.isWhole(),
                () -> key.hashCode() + " is lost in silence: " + damage + " " + at + " " + report);
            continue;
          }
          if (expected != null && expected.version() == found.version()) {
            assertEquals(expected.value(), found.value().orElse(null));
            assertEquals(expected.metadataVersion() != 0, found.metadataVersion().isPresent());
            assertEquals(expected.metadata(), found.metadata());
            found
                .embeddings()
                .forEach(
                    (space, embedding) ->
                        assertEquals(
                            embedding,
                            Optional.ofNullable(expected.embeddings().get(space))
                                .map(NaiveWorld.NaiveEmbedding::embedding)
                                .orElse(null)));
            assertTrue(
                found.embeddings().size() == expected.embeddings().size() || !report.isWhole());
            continue;
          }
          // Only where nothing says any more that it was changed; and then it was once so.
          assertFalse(
              report.isWhole(),
              () -> namespace + " has one older than it says: " + damage + " " + at + " " + report);
          NaiveWorld.NaiveState written =
              model
                  .get(
                      new ReadPoint(found.version(), model.committedAt(found.version()), ""),
                      namespace,
                      key)
                  .orElse(null);
          // A commit may write a record and end its namespace, and only the end be lost.
          if (!hasEndedANamespace(model, found.version())) {
            assertTrue(written != null, () -> key + " was never written");
            assertEquals(written.value(), found.value().orElse(null));
          }
        }
      }
    }
  }

  private static boolean hasEndedANamespace(NaiveStore model, long version) {
    return model.ended().values().stream().anyMatch(end -> end.version() == version);
  }

  /** Every record in a file that nobody damaged is in the history of its key. */
  private static void undamagedIsThere(
      NaiveStore model, Path directory, Set<Path> damaged, Store store) throws IOException {
    Map<Integer, String> names = new HashMap<>();
    Map<String, byte[]> heads = new HashMap<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : entries.filter(file -> !damaged.contains(file)).toList()) {
        ReadableRows.Sink sink =
            (family, key, value) -> {
              if (family == ColumnFamily.HEAD) {
                heads.put(
                    Keys.intAt(key, 0)
                        + " "
                        + Keys.text(Keys.keyOfHead(key))
                        + " "
                        + RecordRow.versionIn(value),
                    value);
              } else if (family == ColumnFamily.META && key[0] == 'n') {
                names.put(Keys.intAt(key, 1), NamespaceRow.parse(value).name());
              }
            };
        if (file.toString().endsWith(".sst")) {
          assertEquals(null, ReadableRows.sorted(file, sink));
        } else if (file.toString().endsWith(".log")) {
          assertEquals(null, ReadableRows.log(file, sink));
        }
      }
    }
    for (Map.Entry<String, byte[]> head : heads.entrySet()) {
      String[] parts = head.getKey().split(" ", 2);
      String name = names.get(Integer.parseInt(parts[0]));
      int space = parts[1].lastIndexOf(' ');
      RecordRow row = RecordRow.parse(head.getValue());
      if (name == null
          || row.isExpired(row.timeMicros())
          || isUndoneAtOnce(model, name, parts[1].substring(0, space), row.version())
          || store.namespace(store.resolve(AsOf.version(row.version())), name).isEmpty()) {
        continue;
      }
      VersionedRecord found =
          store
              .get(
                  store.resolve(AsOf.version(row.version())),
                  name,
                  parts[1].substring(0, space),
                  Set.of())
              .orElseThrow(() -> new AssertionError(head.getKey() + " is not there"));
      assertEquals(row.version(), found.version());
      assertEquals(row.value(), found.value().orElse(null));
      assertEquals(row.metadata(), found.metadata());
    }
  }

  /**
   * Whether a commit that wrote a record has deleted it again, or ended its namespace: a log holds
   * both.
   */
  private static boolean isUndoneAtOnce(
      NaiveStore model, String namespace, String key, long version) {
    ReadPoint then = new ReadPoint(version, model.committedAt(version), "");
    return model.get(then, namespace, key).isEmpty() || hasEndedANamespace(model, version);
  }

  private static Map<String, String> digests(Path directory) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        digests.put(
            directory.relativize(file).toString(),
            Files.isDirectory(file) ? "" : digest(Files.readAllBytes(file)));
      }
    }
    return digests;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Provide
  Arbitrary<List<HistoryStep>> histories() {
    return RandomHistories.histories(40);
  }

  private static StoreOptions options(Path directory) {
    return StoreOptions.in(directory).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20);
  }
}
