package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Durability;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.PageCursor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Read points, versions and cursors that the store did not give out are refused by type. */
class ForeignReadPointTest {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(3);

  private final Store store = Store.open(StoreOptions.inMemory());

  @BeforeEach
  void writeThreeVersions() throws Exception {
    for (int i = 1; i <= 3; i++) {
      WriteBatch batch = WriteBatch.builder().put("ns", "k", Value.json("" + i)).build();
      assertEquals(
          i,
          store
              .commit(batch, Durability.ASYNC, Duration.ofSeconds(9))
              .get(9, TimeUnit.SECONDS)
              .version());
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  static Stream<ReadPoint> foreign() {
    return Stream.of(
        new ReadPoint(4, Instant.now(), "this"),
        new ReadPoint(Long.MAX_VALUE, Instant.now(), "this"),
        new ReadPoint(1, Instant.now(), "another"));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void everyRead_atForeignPoint_isRefused(ReadPoint template) {
    String lineage = template.lineage().equals("this") ? store.lineage() : template.lineage();
    ReadPoint at = new ReadPoint(template.version(), template.instant(), lineage);
    Map<String, Executable> reads =
        Map.of(
            "get", () -> store.get(at, "ns", "k", Set.of()),
            "getCached", () -> store.getCached(at, "ns", "k"),
            "getAll", () -> store.getAll(at, "ns", List.of("k"), Set.of()),
            "namespaces", () -> store.namespaces(at),
            "namespace", () -> store.namespace(at, "ns"),
            "scanMetadata", () -> store.scanMetadata(at, "ns", (_, _) -> true));
    reads.forEach(
        (name, read) -> {
          ValidationException refused = assertThrows(ValidationException.class, read, name);
          assertTrue(
              refused.details().containsKey("version") || refused.details().containsKey("lineage"));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 4, Long.MAX_VALUE, Long.MIN_VALUE})
  void everyViewRead_atVersionThatIsNotVisible_isRefused(long version) {
    List.<Executable>of(
            () -> store.readLog(1, 0, version, _ -> {}),
            () -> store.readLog(1, Math.min(version, -1), 3, _ -> {}),
            () -> store.vector(version, 1, SPACE, "k"),
            () -> store.scanVectors(version, 1, SPACE, (_, _, _) -> true))
        .forEach(read -> assertThrows(ValidationException.class, read));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, 3, Long.MAX_VALUE})
  void historyCursor_belowWhatItsPageCannotHaveEndedAt_showsNothingNewer(long below) {
    ReadPoint at = new ReadPoint(2, Instant.now(), store.lineage());
    String cursor =
        new PageCursor(PageCursor.Kind.HISTORY, at, PageCursor.position(below)).encode();
    assertThrows(
        ValidationException.class,
        () -> store.history(HistoryRequest.of("ns", "k").withCursor(cursor)));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE})
  void cursor_withInstantAtTheEndOfTime_isAnsweredOrRefusedByType(long micros) {
    byte[] good =
        Base64.getUrlDecoder()
            .decode(
                new PageCursor(
                        PageCursor.Kind.SCAN,
                        new ReadPoint(3, Instant.EPOCH, store.lineage()),
                        new byte[] {'a'})
                    .encode());
    ByteBuffer.wrap(good).putLong(9, micros);
    String cursor = Base64.getUrlEncoder().withoutPadding().encodeToString(good);
    if (micros < 0) {
      assertThrows(
          ValidationException.class, () -> store.scan(ScanRequest.of("ns").withCursor(cursor)));
    } else {
      assertEquals(1, store.scan(ScanRequest.of("ns").withCursor(cursor)).items().size());
    }
  }

  @Test
  void readPoint_negativeVersionOrInstantOutsideTheClock_isRefused() {
    assertThrows(ValidationException.class, () -> new ReadPoint(-1, Instant.EPOCH, "l"));
    assertThrows(ValidationException.class, () -> new ReadPoint(1, Instant.MAX, "l"));
    assertThrows(ValidationException.class, () -> new ReadPoint(1, Instant.MIN, "l"));
  }
}
