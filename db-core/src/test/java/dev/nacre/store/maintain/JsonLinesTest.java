package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.FormatException;
import dev.nacre.error.NacreException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that are read, lines that are refused and why, and how far an import has come then. */
@Timeout(60)
class JsonLinesTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Store store = Store.open(StoreOptions.inMemory());

  @TempDir Path temp;

  @AfterEach
  void close() {
    store.close();
  }

  private static String json(String quotedSingly) {
    return quotedSingly.replace('\'', '"');
  }

  private ImportReport imported(String quotedSingly) {
    return JsonLinesImport.run(store, request(quotedSingly), () -> false);
  }

  private static ImportRequest request(String quotedSingly) {
    return ImportRequest.from(
        new ByteArrayInputStream(json(quotedSingly).getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private VersionedRecord record(String key, String... spaces) {
    return store.get(store.now(), "n", key, Set.of(spaces)).orElseThrow();
  }

  @Test
  void handWrittenRecords_areImported() {
    ImportReport report =
        imported(
            """
            {'namespace':'n','key':'a','value':{'b': [1, 'x']},'metadata':{'s':'t','y':true,'z':false,'i':-3,'d':2.5,'l':[1,'q']}}
              \t\r
            {'namespace':'n','key':'b','text':'plain','expiresAt':'2999-01-01T00:00:00Z'}
            {'namespace':'n','key':'c','base64':'AQI=','mediaType':'image/png'}
            {'namespace':'n','key':'d','base64':'AQI='}
            {'namespace':'n','key':'e','valueText':'{\\n}','embeddings':{'default':{'vector':[1,2.5,-3e-1]}}}
            {'namespace':'n','key':'f','mediaType':'a/b','base64':'AQI='}""");
    assertEquals(6, report.records());
    assertEquals(7, report.lines());
    assertEquals(1, report.commits());
    assertEquals(Value.json("{\"b\": [1, \"x\"]}"), record("a").value().orElseThrow());
    assertEquals(
        Metadata.of(
            Map.of("s", "t", "y", true, "z", false, "i", -3, "d", 2.5, "l", List.of(1, "q"))),
        record("a").metadata());
    assertEquals(Value.text("plain"), record("b").value().orElseThrow());
    assertEquals(Instant.parse("2999-01-01T00:00:00Z"), record("b").expiresAt().orElseThrow());
    assertEquals(Value.bytes(new byte[] {1, 2}, "image/png"), record("c").value().orElseThrow());
    assertEquals(
        Value.bytes(new byte[] {1, 2}, "application/octet-stream"),
        record("d").value().orElseThrow());
    assertEquals(Value.json("{\n}"), record("e").value().orElseThrow());
    assertEquals(Embedding.of(1f, 2.5f, -0.3f), record("e", "default").embeddings().get("default"));
    assertEquals(Value.bytes(new byte[] {1, 2}, "a/b"), record("f").value().orElseThrow());
  }

  @Test
  void namespaceLine_setsOptionsAndSpaces_forTheRecordsBehindIt() {
    var _ =
        imported(
            """
            {'namespace':'n','options':{'timeToLive':'PT1H','retention':'last:5','fields':{'author':'$.author.name','tags':'$.tags[*]'},'spaces':[{'name':'d','dimension':2,'metric':'DOT','model':'m'}]},'spaces':[{'name':'e','dimension':1,'metric':'EUCLIDEAN'},{'name':'c','dimension':3}]}
            {'namespace':'n','key':'k','embeddings':{'d':{'version':3,'vector':[1,2]},'e':{'vector':[4]},'c':{'vector':[1,0,0]}}}
            """);
    assertEquals(
        new NamespaceOptions(
            List.of(new EmbeddingSpace("d", 2, Metric.DOT, "m")),
            Duration.ofHours(1),
            Retention.lastVersions(5),
            List.of(
                new DeclaredField("author", "$.author.name"),
                new DeclaredField("tags", "$.tags[*]"))),
        store.namespace(store.now(), "n").orElseThrow().options());
    Map<String, Embedding> embeddings = record("k", "c", "d", "e").embeddings();
    assertEquals(
        new EmbeddingSpace("d", 2, Metric.DOT, "m"),
        Objects.requireNonNull(embeddings.get("d")).space());
    assertEquals(
        new EmbeddingSpace("e", 1, Metric.EUCLIDEAN, null),
        Objects.requireNonNull(embeddings.get("e")).space());
    assertEquals(3, embeddings.size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "[1] | it is not a JSON object",
        "{ | it is not JSON",
        "{'namespace':'n','key':'k','value':1} x | it is not JSON",
        "{'namespace':'n','key':'k','value':1} {} | text goes on after the object",
        "{'key':'k','value':1} | it names no namespace",
        "{'namespace':'n'} | it has neither a key nor options",
        "{'namespace':'n','key':'k'} | the record has no value, metadata or embeddings",
        "{'namespace':'n','key':'k','value':1,'text':'x'} | it has two values",
        "{'namespace':'n','key':'k','base64':'','text':'x'} | it has two values",
        "{'namespace':'n','key':'k','text':'x','base64':''} | it has two values",
        "{'namespace':'n','key':'k','value':1,'value':2} | it is not JSON",
        "{'namespace':'n','key':'k','value':1,'mediaType':'a/b'} | it has a mediaType without base64",
        "{'namespace':'n','key':'k','base64':'****'} | Illegal base64",
        "{'namespace':'n','key':'k','value':1,'what':2} | a field \"what\"",
        "{'namespace':1,'key':'k','value':1} | \"namespace\" is not a string",
        "{'namespace':'n','key':'k','text':1} | \"text\" is not a string",
        "{'namespace':'n','key':'k','value':1,'expiresAt':'soon'} | soon",
        "{'namespace':'n','key':'k','value':1,'version':'x'} | it is not JSON",
        "{'namespace':'n','options':[]} | options is not an object",
        "{'namespace':'n','options':{'fields':{'a':1}}} | \"a\" is not a string",
        "{'namespace':'n','options':{'color':1}} | there is no option \"color\"",
        "{'namespace':'n','options':{'timeToLive':'soon'}} | Text cannot be parsed to a Duration",
        "{'namespace':'n','options':{'spaces':{}}} | spaces is not a list",
        "{'namespace':'n','options':{'spaces':[1]}} | a space is not an object",
        "{'namespace':'n','options':{'spaces':[{'dimension':1}]}} | a space has no name",
        "{'namespace':'n','options':{'spaces':[{'size':1}]}} | a space has no field \"size\"",
        "{'namespace':'n','options':{'spaces':[{'name':'a','metric':'MILES','dimension':1}]}} | MILES",
        "{'namespace':'n','key':'k','metadata':1} | metadata is not an object",
        "{'namespace':'n','key':'k','metadata':{'a':null}} | metadata field \"a\" is neither",
        "{'namespace':'n','key':'k','metadata':{'a':[{}]}} | metadata field \"a\" is neither",
        "{'namespace':'n','key':'k','embeddings':[]} | embeddings is not an object",
        "{'namespace':'n','key':'k','embeddings':{'s':1}} | the embedding in \"s\" is not an object",
        "{'namespace':'n','key':'k','embeddings':{'s':{}}} | the embedding in \"s\" has no vector",
        "{'namespace':'n','key':'k','embeddings':{'s':{'x':1}}} | an embedding has no field \"x\"",
        "{'namespace':'n','key':'k','embeddings':{'s':{'vector':1}}} | a vector is not a list",
        "{'namespace':'n','key':'k','embeddings':{'s':{'vector':[1,'2']}}} | component 1 of a vector",
        "{'end':3} | ends after 3 records, 0 were read",
      })
  void lineThatSaysNothing_isRefused_sayingWhy(String line, String why) {
    SerializationException e =
        assertThrows(SerializationException.class, () -> imported(line + "\n"));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
    assertEquals("1", e.details().get("line"));
    assertEquals("0", e.details().get("committedLines"));
    assertEquals(0, store.now().version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'namespace':'n','key':'','value':1}",
        "{'namespace':'n','key':'k','embeddings':{'s':{'vector':[]}}}",
        "{'namespace':'n','options':{'retention':'last:0'}}",
        "{'namespace':'n','options':{'spaces':[{'name':'a b','dimension':1}]}}",
        "{'namespace':'n','key':'k','value':1,'expiresAt':'-0001-01-01T00:00:00Z'}",
      })
  void lineOfWhatIsNotAllowed_isAValidation(String line) {
    ValidationException e = assertThrows(ValidationException.class, () -> imported(line));
    assertEquals("1", e.details().get("line"));
    assertEquals(0, store.now().version());
  }

  @Test
  void vectorOfMoreComponentsThanThereMayBe_isRefusedWhileItIsRead() {
    String most = "1,".repeat(EmbeddingSpace.DIMENSION_MAX - 1) + "1";
    var _ = imported("{'namespace':'n','key':'k','embeddings':{'s':{'vector':[" + most + "]}}}");
    assertEquals(
        EmbeddingSpace.DIMENSION_MAX,
        Objects.requireNonNull(record("k", "s").embeddings().get("s")).vector().length);
    SerializationException e =
        assertThrows(
            SerializationException.class,
            () ->
                imported(
                    "{'namespace':'n','key':'k','embeddings':{'s':{'vector':[" + most + ",1]}}}"));
    assertTrue(String.valueOf(e.getMessage()).contains("more than 4096 components"), e::toString);
  }

  @Test
  void laterFormat_isNamed() {
    FormatException e = assertThrows(FormatException.class, () -> imported("{'nacreExport':2}\n"));
    assertTrue(String.valueOf(e.getMessage()).contains("format 2"), e::toString);
  }

  @Test
  void exportThatIsNotWhole_isRefused() {
    String record = "{'namespace':'n','key':'k','value':1}\n";
    for (String lines :
        List.of(
            "{'nacreExport':1}\n" + record,
            "{'nacreExport':1}\n{'nacreExport':1}\n",
            "{'nacreExport':1}\n" + record + "{'end':2}\n",
            record + "{'end':1}\n")) {
      var _ = assertThrows(SerializationException.class, () -> imported(lines), lines);
    }
    // Several, one after the other, are all right.
    assertEquals(2, imported(("{'nacreExport':1}\n" + record + "{'end':1}\n").repeat(2)).records());
  }

  @Test
  void failureInALaterLine_saysWhatWasCommittedBefore() {
    String lines =
        """
        {'namespace':'n','key':'a','value':1}
        {'namespace':'n','key':'b','value':2}
        {'namespace':'n','key':'c','value':3}
        {'namespace':'n','key':'','value':4}
        """;
    List<Progress> told = new ArrayList<>();
    ValidationException read =
        assertThrows(
            ValidationException.class,
            () ->
                JsonLinesImport.run(
                    store,
                    request(lines).withBatchRecords(1).withProgress(told::add),
                    () -> false));
    assertEquals("4", read.details().get("line"));
    assertEquals("3", read.details().get("committedLines"));
    assertTrue(
        String.valueOf(read.getMessage()).contains("lines 1 to 3 were, up to version 3"),
        read::toString);
    assertEquals(3, store.now().version());
    assertEquals(List.of(1L, 2L, 3L), told.stream().map(Progress::done).toList());
  }

  @Test
  void commitThatIsRefused_saysWhichLinesWereNotImported() {
    // Another space of that name: only the commit can tell.
    String first = "{'namespace':'n','key':'a','embeddings':{'s':{'vector':[1,2]}}}\n";
    String other = "{'namespace':'n','key':'b','embeddings':{'s':{'vector':[1,2,3]}}}\n";
    ValidationException later =
        assertThrows(
            ValidationException.class,
            () ->
                JsonLinesImport.run(
                    store, request(first + other).withBatchRecords(1), () -> false));
    assertEquals("2", later.details().get("line"));
    assertEquals("2", later.details().get("lastLine"));
    assertEquals("1", later.details().get("committedLines"));
    assertTrue(
        String.valueOf(later.getMessage()).contains("lines 1 to 1 were, up to version 1"),
        later::toString);
    ValidationException alone = assertThrows(ValidationException.class, () -> imported(other));
    assertTrue(
        String.valueOf(alone.getMessage()).contains("nothing was before them"), alone::toString);
    assertEquals(1, store.now().version());
  }

  @Test
  void storeThatCloses_isItsOwnFailure() {
    store.close();
    NacreException e =
        assertThrows(NacreException.class, () -> imported("{'namespace':'n','key':'a','value':1}"));
    assertFalse(e instanceof ValidationException);
  }

  @Test
  void importThatIsStopped_endsBetweenLines() {
    int[] asked = {0};
    var _ =
        assertThrows(
            CancellationException.class,
            () ->
                JsonLinesImport.run(
                    store,
                    request(
                            """
                            {'namespace':'n','key':'a','value':1}
                            {'namespace':'n','key':'b','value':1}
                            """)
                        .withBatchRecords(1),
                    () -> asked[0]++ == 1));
    assertEquals(2, asked[0]);
  }

  @Test
  void largeRecords_areCommittedAtAboutFourMebibytes() {
    String line = "{'namespace':'n','key':'%s','text':'" + "x".repeat(3 << 20) + "'}\n";
    ImportReport report = imported(line.formatted("a") + line.formatted("b") + line.formatted("c"));
    assertEquals(3, report.records());
    assertEquals(2, report.commits());
    assertEquals(2, report.lastVersion());
  }

  @Test
  void attributes_areThoseOfEachCommit() {
    var _ =
        JsonLinesImport.run(
            store,
            request("{'namespace':'n','key':'a','value':1}")
                .withAttributes(CommitAttributes.NONE.withActor("me")),
            () -> false);
    assertEquals("me", store.commitInfo(1).orElseThrow().attributes().actor());
  }

  @Test
  void lineThatIsTooLong_areRefusedWithoutBeingHeld() {
    InputStream endless =
        new InputStream() {
          private long left = LineSource.LINE_BYTES_MAX + 10L;

          @Override
          public int read() {
            return left-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            if (left <= 0) {
              return -1;
            }
            int count = (int) Math.min(length, left);
            Arrays.fill(target, offset, offset + count, (byte) 'x');
            left -= count;
            return count;
          }
        };
    InputStream lines =
        new SequenceInputStream(
            new ByteArrayInputStream(" \n".getBytes(StandardCharsets.UTF_8)), endless);
    SerializationException e =
        assertThrows(
            SerializationException.class,
            () -> JsonLinesImport.run(store, ImportRequest.from(lines), () -> false));
    assertEquals("2", e.details().get("line"));
    assertTrue(String.valueOf(e.getMessage()).contains("a line of more than"), e::toString);
  }

  @Test
  void sourceThatFails_isUnavailable() {
    var _ =
        assertThrows(
            UnavailableException.class,
            () ->
                JsonLinesImport.run(
                    store, ImportRequest.from(temp.resolve("absent")), () -> false));
    var _ =
        assertThrows(
            UnavailableException.class,
            () ->
                JsonLinesExport.run(
                    store, ExportRequest.to(temp.resolve("absent/file")), () -> false));
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("it is broken");
          }
        };
    var _ =
        assertThrows(
            UnavailableException.class,
            () -> JsonLinesExport.run(store, ExportRequest.to(full), () -> false));
  }

  @Test
  void everyKindOfValue_isExportedAsItWas() throws Exception {
    var _ =
        store
            .commit(
                WriteBatch.builder()
                    .put("n", "json", Value.json("{\"a\": 1}"))
                    .put("n", "lines", Value.json("{\n}"))
                    .put("n", "returns", Value.json("[\r]"))
                    .put("n", "text", Value.text("t\nu"))
                    .put("n", "bytes", Value.bytes(new byte[] {0, -1}, "a/b"))
                    .put("n", "not-utf8", Value.bytes(new byte[] {-1}, Value.TEXT))
                    .put(
                        "n",
                        "metadata",
                        Value.json("1"),
                        Metadata.of(
                            Map.of("s", "x", "f", false, "i", 1L, "d", 0.5, "l", List.of("y", 2L))))
                    .put("o", "other", Value.json("1"))
                    .add(
                        new Write.Configure(
                            "n", NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(3))))
                    .build(),
                Durability.ASYNC,
                LONG)
            .get();
    Path file = temp.resolve("n.jsonl");
    List<Progress> told = new ArrayList<>();
    ExportReport report =
        JsonLinesExport.run(
            store,
            ExportRequest.to(file).withNamespaces(List.of("n", "n")).withProgress(told::add),
            () -> false);
    assertEquals(7, report.records());
    assertEquals(1, report.namespaces());
    assertEquals(Files.size(file), report.bytes());
    assertEquals(List.of(7L), told.stream().map(Progress::done).toList());
    assertEquals(List.of("n.jsonl"), files());
    try (Store copy = Store.open(StoreOptions.inMemory())) {
      ImportReport read = JsonLinesImport.run(copy, ImportRequest.from(file), () -> false);
      assertEquals(7, read.records());
      for (String key :
          List.of("json", "lines", "returns", "text", "bytes", "not-utf8", "metadata")) {
        VersionedRecord there = copy.get(copy.now(), "n", key, Set.of()).orElseThrow();
        assertEquals(record(key).value(), there.value(), key);
        assertEquals(record(key).metadata(), there.metadata(), key);
      }
      assertEquals(
          Retention.lastVersions(3),
          copy.namespace(copy.now(), "n").orElseThrow().options().retention());
    }
  }

  @Test
  void manyRecords_areExportedPageByPage() throws Exception {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < 501; i++) {
      batch.put("n", "k" + i, Value.json("1"));
    }
    var _ = store.commit(batch.build(), Durability.ASYNC, LONG).get();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    assertEquals(501, JsonLinesExport.run(store, ExportRequest.to(lines), () -> false).records());
    assertEquals(504, lines.toString(StandardCharsets.UTF_8).lines().count());
  }

  @Test
  void exportOfAnAbsentNamespace_orStopped_leavesNoFile() throws Exception {
    var _ =
        store
            .commit(
                WriteBatch.builder().put("n", "k", Value.json("1")).build(), Durability.ASYNC, LONG)
            .get();
    Path file = temp.resolve("n.jsonl");
    ValidationException e =
        assertThrows(
            ValidationException.class,
            () ->
                JsonLinesExport.run(
                    store, ExportRequest.to(file).withNamespaces(List.of("m")), () -> false));
    assertEquals("m", e.details().get("namespace"));
    CancellationException stopped =
        assertThrows(
            CancellationException.class,
            () -> JsonLinesExport.run(store, ExportRequest.to(file), () -> true));
    assertInstanceOf(CancellationException.class, stopped);
    assertEquals(List.of(), files());
  }

  @Test
  void importRequest_ofBatchesOutOfRange_isRefused() {
    ImportRequest request = request("");
    assertEquals(100_000, request.withBatchRecords(100_000).batchRecords());
    var _ = assertThrows(ValidationException.class, () -> request.withBatchRecords(0));
    var _ = assertThrows(ValidationException.class, () -> request.withBatchRecords(100_001));
  }
}
