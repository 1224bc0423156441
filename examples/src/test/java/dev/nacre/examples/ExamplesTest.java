package dev.nacre.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The examples print what they promise. */
@ResourceLock(Resources.SYSTEM_OUT)
class ExamplesTest {

  private interface Example {
    void main(String... arguments) throws Exception;
  }

  private static List<String> linesOf(Example example, String... arguments) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      example.main(arguments);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void firstSteps_showsWhatTheReadmeSays(@TempDir Path directory) throws Exception {
    assertEquals(
        List.of(
            "version 2: Ada has taken to coffee; tea keeps her awake.",
            "version 1: Ada drinks green tea in the morning."),
        linesOf(FirstSteps::main, directory.resolve("db").toString()));
  }

  @Test
  void rememberAndRecall_findsByMeaning() throws Exception {
    assertEquals(
        List.of(
            "What should I offer her for breakfast? -> Ada drinks green tea in the morning and"
                + " never coffee. (tea)",
            "How does she get to work? -> Ada takes the 7:40 train to Delft, except on Fridays."
                + " (train)"),
        linesOf(RememberAndRecall::main));
  }

  @Test
  void askWhatWasKnown_answersNowAndAsOfBefore(@TempDir Path directory) throws Exception {
    String then = "The museum is open from nine in the morning until six. (version 1)";
    String now = "The museum now shuts its doors at eight in the evening. (version 3)";
    assertEquals(
        List.of(
            "at first: " + then,
            "now: " + now,
            "as of version 1: " + then,
            "just before: " + then,
            "  version 3",
            "  version 1",
            "reopened, now: " + now,
            "reopened, as of before: " + then),
        linesOf(AskWhatWasKnown::main, directory.resolve("db").toString()));
  }

  @Test
  void keepAndDrop_saysWhatIsLeft() throws Exception {
    assertEquals(
        List.of("dropped 1", "left from version 4", "drinks coffee"), linesOf(KeepAndDrop::main));
  }

  @Test
  void filterByFields_findsWhatMatches() throws Exception {
    assertEquals(
        List.of(
            "bowler",
            "beret",
            "beret",
            "bowler",
            "(price < 10 and tags contains \"red\")"
                + " and not at > timestamp \"2026-02-01T00:00:00Z\""),
        linesOf(FilterByFields::main));
  }

  @Test
  void shapeHits_pagesGroupsAndDiffers() throws Exception {
    assertEquals(
        List.of(
            "[tides-1, tides-2]",
            "[moon-1, moon-2]",
            "[]",
            "tides: 2",
            "moon: 2",
            "[tides-1, moon-2]",
            "moon-1",
            "moon-2"),
        linesOf(ShapeHits::main));
  }

  @Test
  void streamWithReactor_storesAllAndReadsWhatIsAskedFor() throws Exception {
    assertEquals(
        List.of(
            "5000 readings in 10 commits",
            "warm: [sensor-1/000038, sensor-1/000039, sensor-1/000078]",
            "read less than everything: true"),
        linesOf(StreamWithReactor::main));
  }

  @Test
  void changeTogether_losesNothingAndDoesNothingTwice(@TempDir Path directory) throws Exception {
    assertEquals(
        List.of(
            "report is taken",
            "ada has 70",
            "ada may leave: true",
            "placed once: true",
            "shop: [orders]"),
        linesOf(ChangeTogether::main, directory.resolve("db").toString()));
  }

  @Test
  void lookBackAndFollow_showsUndoesAndTells() throws Exception {
    String good = "{\"days\": [1, 2, 3], \"to\": \"Delft\"}";
    String bad = "{\"days\": [1, 3], \"to\": \"Delfi\"}";
    List<String> lines = linesOf(LookBackAndFollow::main);
    assertEquals(
        List.of(
            "trip CHANGED [{\"op\":\"remove\",\"path\":\"/days/1\"},"
                + "{\"op\":\"replace\",\"path\":\"/to\",\"value\":\"Delfi\"}]",
            "version 3: " + good,
            "the snapshot still sees: " + bad,
            "1 UPSERT",
            "2 UPSERT",
            "3 UPSERT",
            "2 UPSERT trip {}"),
        lines.subList(0, 7));
    assertEquals(9, lines.size());
    assertEquals(
        List.of("3 DELETE trip", "3 UPSERT trip"),
        lines.subList(7, 9).stream().map(line -> line.replaceAll(" \\{.*", "")).toList());
  }

  @Test
  void backUpAndRestore_goesBackToBeforeTheMistake(@TempDir Path directory) throws Exception {
    assertEquals(
        List.of("backed up to version 2", "nothing is wrong", "drinks tea"),
        linesOf(BackUpAndRestore::main, directory.toString()));
  }

  @Test
  void forgetSomebody_saysWhatIsGone(@TempDir Path directory) throws Exception {
    assertEquals(
        List.of(
            "4 rows are gone",
            "still in a backup of version 3",
            "versions left: 0",
            "1: purged by support",
            "2: purged by support",
            "4: purged by support"),
        linesOf(
            ForgetSomebody::main,
            directory.resolve("db").toString(),
            directory.resolve("backups").toString()));
  }
}
