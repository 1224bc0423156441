package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command against a directory of its own. */
class DataCommandsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path temporary;
  private String db;

  @BeforeEach
  void path() {
    db = temporary.resolve("db").toString();
  }

  @CanIgnoreReturnValue
  private static Commands.Outcome ok(String... arguments) {
    Commands.Outcome outcome = Commands.run(arguments);
    assertEquals(0, outcome.code(), outcome.out() + outcome.err());
    return outcome;
  }

  private static JsonNode json(String... arguments) {
    return parse(ok(arguments).out());
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private static void assertFails(int code, String message, String... arguments) {
    Commands.Outcome outcome = Commands.run(arguments);
    assertEquals(code, outcome.code(), outcome.out() + outcome.err());
    assertTrue(outcome.err().contains(message), outcome.err());
    assertFalse(outcome.err().contains("\tat "), outcome.err());
  }

  @Test
  void putGetDeleteLog_valuesNowAndBefore() throws IOException {
    assertEquals(1, json("put", db, "notes", "n1", "{\"a\":1}", "--json").path("version").asLong());
    assertTrue(ok("put", db, "notes", "n1", "{\"a\": 2}").out().startsWith("version 2, committed"));
    assertEquals("{\"a\": 2}\n", ok("get", db, "notes", "n1").out());
    assertEquals("{\"a\":1}\n", ok("get", db, "notes", "n1", "--as-of", "1").out());
    assertEquals("{\"a\": 2}\n", ok("get", db, "notes", "n1", "--as-of", "2999-01-01").out());

    Commands.Outcome text = Commands.runWith("two\nlines", "put", db, "notes", "n2", "-", "--text");
    assertEquals(0, text.code(), text.err());
    assertEquals("two\nlines\n", ok("get", db, "notes", "n2").out());
    Path image = Files.write(temporary.resolve("image"), new byte[] {0, 1, -1});
    ok("put", db, "notes", "n3", "--file", image.toString(), "--media-type", "image/png");
    assertTrue(ok("get", db, "notes", "n3").out().contains("3 bytes of image/png"));
    Path out = temporary.resolve("out");
    ok("get", db, "notes", "n3", "-o", out.toString());
    assertEquals(List.of((byte) 0, (byte) 1, (byte) -1), bytes(out));

    ok("delete", db, "notes", "n1");
    assertFails(1, "n1", "get", db, "notes", "n1");
    assertFails(1, "n1", "delete", db, "notes", "n1");
    assertEquals("{\"a\": 2}\n", ok("get", db, "notes", "n1", "--as-of", "4").out());
    List<String> log = ok("log", db, "notes", "n1", "--json").out().lines().toList();
    assertEquals(3, log.size());
    assertEquals("DELETE", parse(log.get(0)).path("operation").asText());
    assertEquals(2, parse(log.get(1)).path("record").path("value").path("a").asLong());
    assertTrue(ok("log", db, "notes", "n1").out().contains("(deleted)"));
    assertEquals(1, ok("log", db, "notes", "n1", "-n", "1").out().lines().count());
    assertFails(1, "no versions", "log", db, "notes", "never");
  }

  private static List<Byte> bytes(Path file) throws IOException {
    byte[] read = Files.readAllBytes(file);
    Byte[] boxed = new Byte[read.length];
    for (int i = 0; i < read.length; i++) {
      boxed[i] = read[i];
    }
    return List.of(boxed);
  }

  @Test
  void put_allParts_recordShowsThem() {
    ok(
        "put",
        db,
        "notes",
        "n1",
        "1",
        "--metadata",
        "{\"year\":2020,\"tags\":[\"a\",\"b\"]}",
        "--vector",
        "[1,0,0]",
        "--expires-in",
        "PT1H",
        "--actor",
        "ada");
    JsonNode record = json("get", db, "notes", "n1", "--json", "--space", "default");
    assertEquals(1, record.path("value").asLong());
    assertEquals(2020, record.path("metadata").path("year").asLong());
    assertEquals("b", record.path("metadata").path("tags").path(1).asText());
    assertEquals(1.0, record.path("embeddings").path("default").path("vector").path(0).asDouble());
    assertTrue(record.hasNonNull("expiresAt"), record.toString());
    ok("put", db, "notes", "n1", "--vector", "[0,1,0]");
    record = json("get", db, "notes", "n1", "--json");
    assertEquals(1, record.path("valueVersion").asLong());
    assertEquals(2, record.path("embeddings").path("default").path("version").asLong());
    ok("put", db, "notes", "n1", "2", "--expires-never", "--if-version", "2");
    assertFalse(json("get", db, "notes", "n1", "--json").hasNonNull("expiresAt"));
    assertFails(
        ExitCode.of(ErrorCode.CONFLICT), "CONFLICT", "put", db, "notes", "n1", "3", "--if-absent");
    assertFails(
        ExitCode.of(ErrorCode.VALIDATION),
        "components",
        "put",
        db,
        "notes",
        "n1",
        "--vector",
        "[1]");
    assertFails(ExitCode.of(ErrorCode.SERIALIZATION), "JSON", "put", db, "notes", "n1", "{");
    assertFails(ExitCode.USAGE, "name a VALUE", "put", db, "notes", "n1");
    assertFails(ExitCode.USAGE, "KEY", "put", db, "notes");
    assertFails(
        ExitCode.USAGE,
        "mutually exclusive",
        "put",
        db,
        "notes",
        "n1",
        "1",
        "--if-absent",
        "--if-version",
        "1");
  }

  @Test
  void readingCommands_whereThereIsNoDatabase_refuseAndMakeNone() {
    for (String[] arguments :
        new String[][] {
          {"get", db, "a", "b"},
          {"log", db, "a", "b"},
          {"scan", db, "a"},
          {"namespaces", db},
          {"stats", db},
          {"verify", db},
          {"repair", db},
          {"export", db},
          {"compact", db},
          {"purge", db, "a", "b", "--yes"},
          {"delete", db, "a", "b"},
          {"backup", db, temporary.resolve("backups").toString()},
          {"similar", db, "a", "--vector", "[1]"}
        }) {
      assertFails(ExitCode.of(ErrorCode.FORMAT), "FORMAT", arguments);
      assertFalse(Files.exists(Path.of(db)), String.join(" ", arguments));
    }
  }

  @Test
  void scan_rangesLimitsAndTheTextOfKeys() {
    for (String key : List.of("a", "b1", "b2", "c\u001b[31m")) {
      ok("put", db, "notes", key, "\"" + key.charAt(0) + "\"");
    }
    assertEquals("a\nb1\nb2\nc\\u001b[31m\n", ok("scan", db, "notes", "--keys").out());
    assertEquals("b1\nb2\n", ok("scan", db, "notes", "--keys", "--prefix", "b").out());
    assertEquals("b1\n", ok("scan", db, "notes", "--keys", "--from", "b", "--to", "b2").out());
    assertEquals("a\nb1\n", ok("scan", db, "notes", "--keys", "-n", "2").out());
    assertEquals("a\n", ok("scan", db, "notes", "--keys", "--as-of", "1").out());
    assertEquals("", ok("scan", db, "notes", "--prefix", "z").out());
    assertFails(1, "there is no namespace \"nothing\"", "scan", db, "nothing");
    assertFails(ExitCode.USAGE, "at least 1", "scan", db, "notes", "-n", "0");
    assertFails(ExitCode.USAGE, "at least 1", "log", db, "notes", "a", "-n", "-3");
    List<String> lines = ok("scan", db, "notes", "--json").out().lines().toList();
    assertEquals("c\u001b[31m", parse(lines.getLast()).path("key").asText());
    assertFalse(ok("scan", db, "notes").out().contains("\u001b"));
  }

  @Test
  void similar_byVectorByKeyAndConditions() {
    for (int i = 0; i < 5; i++) {
      ok(
          "put",
          db,
          "notes",
          "n" + i,
          "" + i,
          "--vector",
          "[" + i + ",1]",
          "--metadata",
          "{\"n\":" + i + ",\"kind\":\"" + (i % 2 == 0 ? "even" : "odd") + "\"}");
    }
    List<String> lines =
        ok("similar", db, "notes", "--vector", "[4,1]", "-k", "2", "--json").out().lines().toList();
    assertEquals(3, lines.size());
    assertEquals("n4", parse(lines.get(0)).path("record").path("key").asText());
    assertTrue(parse(lines.get(2)).path("exact").asBoolean());
    assertEquals(5, parse(lines.get(2)).path("readPoint").path("version").asLong());
    String filtered =
        ok("similar", db, "notes", "--key", "n0", "--where", "kind=odd", "--where", "n>=2").out();
    assertTrue(filtered.contains("n3") && !filtered.contains("n1"), filtered);
    assertTrue(filtered.contains("1 found, exact, at version 5"), filtered);
    assertEquals(1, Commands.run("similar", db, "notes", "--key", "n0", "--where", "n>9").code());
    assertFails(1, "no-such", "similar", db, "notes", "--key", "no-such");
    String both = "kind = 'odd' and (n between 2 and 4 or n is null)";
    assertEquals(filtered, ok("similar", db, "notes", "--key", "n0", "--where", both).out());
    String wrong = "column 8: expected a value (texts stand in quotes), found \"odd\"";
    assertFails(
        ExitCode.USAGE,
        wrong,
        "similar",
        db,
        "notes",
        "--key",
        "n0",
        "--where",
        "kind = odd and n");
    assertFails(ExitCode.USAGE, "the end", "similar", db, "notes", "--key", "n0", "--where", "n");
    assertEquals("n1\nn3\n", ok("scan", db, "notes", "--keys", "--where", "kind=odd").out());
    assertEquals(
        "n3\n", ok("scan", db, "notes", "--keys", "--where", "kind=odd", "--where", "n>=2").out());
    assertEquals("", ok("scan", db, "notes", "--where", "n > 9").out());
  }

  @Test
  void similar_pagesGroupsThresholdAndDiversity() {
    for (int i = 0; i < 6; i++) {
      String vector = "[" + i + ",1]";
      String metadata = "{\"kind\":\"" + (i % 2 == 0 ? "even" : "odd") + "\"}";
      ok("put", db, "notes", "n" + i, "" + i, "--vector", vector, "--metadata", metadata);
    }
    String[] nearest = {"similar", db, "notes", "--vector", "[5,1]"};
    String[] search = and(nearest, "-k", "2");
    List<String> first = lines(search, "--json");
    String cursor = parse(first.getLast()).path("cursor").asText();
    assertTrue(ok(search).out().contains("more by --after "));
    List<String> second = lines(search, "--json", "--after", cursor);
    assertEquals("n3", parse(second.getFirst()).path("record").path("key").asText());
    assertFailsWith(search, "another search", "--after", cursor, "--min-score", "0");
    assertFailsWith(search, "not one that", "--after", "nonsense");

    List<String> enough = lines(nearest, "-k", "6", "--min-score", "0.99", "--json");
    assertEquals(4, enough.size());
    assertTrue(parse(enough.getLast()).path("cursor").isMissingNode());

    String groups = ok(and(search, "--group-by", "kind", "--group-size", "2")).out();
    assertTrue(groups.contains("n5") && groups.contains("[odd]"), groups);
    assertTrue(groups.contains("4 found, exact"), groups);
    List<String> json = lines(search, "--group-by", "kind", "--json");
    assertEquals("even", parse(json.get(1)).path("group").asText());
    assertTrue(ok(and(search, "--mmr", "0", "--pool", "6")).out().contains("n0"));

    assertFailsWith(search, "--mmr", "--pool", "5");
    assertFailsWith(search, "--group-by", "--group-size", "5");
    assertFailsWith(search, "lambda", "--mmr", "2");
    assertFailsWith(search, "diverse", "--mmr", "1", "--group-by", "kind");
  }

  private static String[] and(String[] command, String... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
  }

  private static List<String> lines(String[] command, String... more) {
    return ok(and(command, more)).out().lines().toList();
  }

  private static void assertFailsWith(String[] command, String message, String... more) {
    assertFails(ExitCode.of(ErrorCode.VALIDATION), message, and(command, more));
  }

  @Test
  void similar_byText_findsByMeaning() {
    ok("put", db, "notes", "tea", "Ada drinks tea", "--text", "--embed", "Ada drinks tea");
    ok(
        "put",
        db,
        "notes",
        "bike",
        "The bicycle is blue",
        "--text",
        "--embed",
        "The bicycle is blue");
    String found = ok("similar", db, "notes", "--text", "what does she drink?", "-k", "1").out();
    assertTrue(found.contains("tea"), found);
  }

  @Test
  void namespacesConfigureDelete() {
    ok("configure", db, "notes", "--time-to-live", "P30D", "--space", "clip:3:dot:m-1");
    ok("configure", db, "notes", "--space", "other:2");
    JsonNode namespace = json("namespaces", db, "--json");
    assertEquals("PT720H", namespace.path("timeToLive").asText());
    assertEquals("m-1", namespace.path("spaces").path(0).path("model").asText());
    assertEquals("COSINE", namespace.path("spaces").path(1).path("metric").asText());
    assertEquals("all", namespace.path("retention").asText());
    assertTrue(namespace.path("fields").isMissingNode());
    ok("configure", db, "notes", "--field", "a=$.b.c", "--field", "tags=$['=x'][*]");
    ok("configure", db, "notes", "--field", "a=$.d", "--retention", "all");
    JsonNode fields = json("namespaces", db, "--json").path("fields");
    assertEquals("{\"tags\":\"$['=x'][*]\",\"a\":\"$.d\"}", fields.toString());
    assertTrue(ok("namespaces", db).out().contains("fields: tags=$['=x'][*], a=$.d"));
    ok("configure", db, "notes", "--field", "tags=");
    assertEquals("{\"a\":\"$.d\"}", json("namespaces", db, "--json").path("fields").toString());
    assertFails(
        ExitCode.USAGE, "character 1: expected", "configure", db, "notes", "--field", "a=b");
    assertFails(ExitCode.USAGE, "NAME=PATH", "configure", db, "notes", "--field", "a");
    ok("configure", db, "notes", "--retention", "last:5");
    assertEquals("last:5", json("namespaces", db, "--json").path("retention").asText());
    assertTrue(ok("namespaces", db).out().contains("keeps 5 versions"));
    ok("configure", db, "notes", "--retention", "30d");
    ok("configure", db, "notes", "--no-time-to-live");
    // Without options it shows, and commits nothing.
    JsonNode before = json("stats", db, "--json");
    assertTrue(ok("configure", db, "notes").out().contains("clip (3, DOT, m-1)"));
    assertEquals(before.path("version"), json("stats", db, "--json").path("version"));
    assertEquals("PT720H", json("namespaces", db, "--json").path("retention").asText());
    assertFails(ExitCode.USAGE, "last:5", "configure", db, "notes", "--retention", "some");
    assertFails(ExitCode.USAGE, "at least 1", "configure", db, "notes", "--retention", "last:0");
    assertFalse(json("namespaces", db, "--json").hasNonNull("timeToLive"));
    assertEquals("", ok("namespaces", db, "--as-of", "0").out());
    assertFails(ExitCode.USAGE, "metric", "configure", db, "notes", "--space", "x:3:manhattan");
    ok("delete", db, "notes", "--whole-namespace");
    assertEquals("", ok("namespaces", db).out());
    assertFails(1, "notes", "delete", db, "notes", "--whole-namespace");
    assertFails(ExitCode.USAGE, "name a KEY", "delete", db, "notes");
  }

  @Test
  void purge_keyPrefixNamespace_saysWhatIsGoneAndWhichBackupsHoldIt() {
    for (String key : List.of("a1", "a2", "b1", "c1")) {
      ok("put", db, "notes", key, "1", "--vector", "[1,2]");
      ok("put", db, "notes", key, "2");
    }
    String backups = temporary.resolve("backups").toString();
    ok("backup", db, backups);
    assertFails(ExitCode.USAGE, "--yes", "purge", db, "notes", "b1");
    assertFails(ExitCode.USAGE, "one of them", "purge", db, "notes", "--yes");
    assertFails(ExitCode.USAGE, "one of them", "purge", db, "notes", "b1", "--prefix", "b");
    JsonNode report =
        json(
            "purge",
            db,
            "notes",
            "b1",
            "--actor",
            "ada",
            "--reason",
            "on request",
            "--yes",
            "--json");
    assertEquals(9, report.path("version").asLong());
    assertEquals("key", report.path("kind").asText());
    assertEquals("ada", report.path("actor").asText());
    assertEquals(1, report.path("erased").path("records").asLong());
    assertEquals(1, report.path("erased").path("versions").asLong());
    assertEquals(1, report.path("erased").path("vectors").asLong());
    assertEquals(2, report.path("erased").path("changes").asLong());
    assertEquals(backups, report.path("backups").path(0).path("directory").asText());
    assertTrue(report.hasNonNull("completedAt"));
    assertFails(1, "b1", "log", db, "notes", "b1");
    assertFails(1, "b1", "get", db, "notes", "b1", "--as-of", "5");
    assertTrue(
        ok("purge", db, "notes", "--prefix", "a", "--yes").out().contains("erased 2 records"));
    assertEquals("c1\n", ok("scan", db, "notes", "--keys").out());
    assertTrue(
        ok("purge", db, "notes", "--whole-namespace", "--yes").out().contains("erased 1 records"));
    assertEquals("", ok("namespaces", db).out());
    assertTrue(ok("purge", db, "nothing", "k", "--yes").out().contains("erased 0 records"));
    assertTrue(ok("verify", db).out().contains("nothing is wrong"));
  }

  @Test
  void statsVerifyRepairCompact() throws IOException {
    ok("put", db, "notes", "n1", "1");
    JsonNode stats = json("stats", db, "--json");
    assertEquals(1, stats.path("readPoint").path("version").asLong());
    assertFalse(stats.has("owner"), stats.toString());
    assertTrue(ok("stats", db).out().contains("nobody"));
    assertTrue(json("compact", db, "--json").has("bytesAfter"));
    JsonNode report = json("verify", db, "--json");
    assertEquals(0, report.path("problemsFound").asLong());
    assertTrue(ok("repair", db).out().contains("nothing is wrong at version 1"));
    try (Stream<Path> files = Files.list(Path.of(db, "store"))) {
      Path table = files.filter(file -> file.toString().endsWith(".sst")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(table);
      bytes[10] ^= 1;
      Files.write(table, bytes);
      Commands.Outcome outcome = Commands.run("verify", db);
      assertEquals(ExitCode.PROBLEM_FOUND, outcome.code());
      assertTrue(outcome.out().contains(table.getFileName().toString()), outcome.out());
      assertTrue(outcome.out().contains("restore a backup"), outcome.out());
      assertEquals(ExitCode.PROBLEM_FOUND, Commands.run("repair", db).code());
    }
  }

  @Test
  void backupBackupsRestore() throws IOException {
    String backups = temporary.resolve("backups").toString();
    ok("put", db, "notes", "n1", "1");
    ok("put", db, "notes", "n1", "2");
    JsonNode first = json("backup", db, backups, "--label", "before", "--json");
    assertEquals(2, first.path("version").asLong());
    ok("put", db, "notes", "n1", "3");
    assertFails(ExitCode.of(ErrorCode.FORMAT), "is a Nacre database; backups lie", "backups", db);
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    Commands.Outcome none = Commands.run("backups", empty.toString());
    assertEquals(ExitCode.NOT_FOUND, none.code());
    assertTrue(none.err().contains("no complete backup"), none.err());
    ok("backup", db, backups);
    List<String> listed = ok("backups", backups, "--json").out().lines().toList();
    assertEquals(2, listed.size());
    assertEquals("before", parse(listed.getFirst()).path("label").asText());
    assertTrue(ok("backups", backups).out().contains("before"));
    assertTrue(ok("backups", backups, "--verify").out().contains("nothing is wrong"));

    String newest = temporary.resolve("newest").toString();
    assertEquals(3, json("restore-backup", backups, newest, "--json").path("version").asLong());
    assertEquals("3\n", ok("get", newest, "notes", "n1").out());
    String id = first.path("id").asText();
    String old = temporary.resolve("old").toString();
    ok("restore-backup", backups, old, "--id", id);
    assertEquals("2\n", ok("get", old, "notes", "n1").out());
    String then = temporary.resolve("then").toString();
    ok("restore-backup", backups, then, "--as-of", "1");
    assertEquals("1\n", ok("get", then, "notes", "n1").out());
    assertTrue(ok("verify", then).out().contains("nothing is wrong at version 1"));
    assertFails(ExitCode.of(ErrorCode.VALIDATION), "not empty", "restore-backup", backups, then);
    assertFails(1, "no backup", "restore-backup", backups, newest + "2", "--id", "x");
  }

  @Test
  void exportImport_throughAPipeAndAFile() throws IOException {
    ok("put", db, "notes", "n1", "{\"a\" : 1}", "--metadata", "{\"x\":1.0}", "--vector", "[0.1,2]");
    ok("put", db, "other", "t", "ü", "--text");
    Commands.Outcome exported = ok("export", db);
    assertTrue(exported.err().contains("2 records of 2 namespaces"), exported.err());
    String copy = temporary.resolve("copy").toString();
    Commands.Outcome imported = Commands.runWith(exported.out(), "import", copy, "-", "--json");
    assertEquals(0, imported.code(), imported.err());
    assertEquals(2, parse(imported.out()).path("records").asLong());
    assertEquals("{\"a\" : 1}\n", ok("get", copy, "notes", "n1").out());
    assertEquals("ü\n", ok("get", copy, "other", "t").out());

    Path file = temporary.resolve("lines.jsonl");
    ok("export", db, "other", "-o", file.toString());
    assertFalse(Files.readString(file).contains("n1"));
    ok("import", copy, file.toString());
    Files.writeString(
        file,
        "{\"namespace\":\"a\",\"key\":\"1\",\"value\":1}\n{\"namespace\":\"a\",\"key\":\"2\"}\n");
    assertFails(ExitCode.of(ErrorCode.SERIALIZATION), "line 2", "import", copy, file.toString());
    assertFails(ExitCode.of(ErrorCode.VALIDATION), "nothing-there", "export", db, "nothing-there");
  }

  @Test
  void arrow_exportedAndImported_byNameAndByOption() throws IOException {
    ok("put", db, "notes", "n1", "{\"a\" : 1}", "--metadata", "{\"x\":1.0}", "--vector", "[0.1,2]");
    ok("put", db, "other", "t", "ü", "--text");
    for (String name : new String[] {"t.arrow", "t.arrows", "t.bin"}) {
      String file = temporary.resolve(name).toString();
      String[] format = name.endsWith(".bin") ? new String[] {"--format", "arrow"} : new String[0];
      Commands.Outcome exported = ok(with(format, "export", db, "-o", file));
      assertTrue(exported.err().contains("2 records of 2 namespaces"), exported.err());
      byte[] table = Files.readAllBytes(Path.of(file));
      assertEquals(
          !name.equals("t.arrows"),
          new String(table, StandardCharsets.ISO_8859_1).startsWith("ARROW1"));
      String copy = temporary.resolve("copy-" + name).toString();
      JsonNode imported = parse(ok(with(format, "import", copy, file, "--json")).out());
      assertEquals(2, imported.path("rows").asLong());
      assertEquals("{\"a\" : 1}\n", ok("get", copy, "notes", "n1").out());
      assertEquals("ü\n", ok("get", copy, "other", "t").out());
    }
    assertFails(ExitCode.of(ErrorCode.VALIDATION), "-o", "export", db, "--format", "arrow");
    Path lines = temporary.resolve("lines.arrow");
    ok("export", db, "-o", lines.toString(), "--format", "jsonl");
    assertFails(
        ExitCode.of(ErrorCode.SERIALIZATION), "not an Arrow table", "import", db, lines.toString());
  }

  private static String[] with(String[] more, String... arguments) {
    return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void errors_asJson_onStandardError() {
    Commands.Outcome outcome = Commands.run("get", db, "a", "b", "--json");
    JsonNode error = parse(outcome.err()).path("error");
    assertEquals("FORMAT", error.path("code").asText());
    assertEquals(7, error.path("number").asInt());
    assertFalse(error.path("retryable").asBoolean());
    assertTrue(error.path("details").has("directory"), outcome.err());
    assertEquals("", outcome.out());
  }
}
