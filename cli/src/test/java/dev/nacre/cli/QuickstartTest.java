package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.VersionedRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart from end to end, on the whole corpus and on a part of it. */
class QuickstartTest {
  private static final Pattern QUALITY =
      Pattern.compile("(similar|every vector compared) +nDCG@10 ([0-9.]+) +recall@10 ([0-9.]+)");

  /** What exact comparison reached on this corpus with this model when the project began. */
  private static final double NDCG_REFERENCE = 0.4003;

  private static final double RECALL_REFERENCE = 0.4180;

  @Test
  void quickstart_wholeCorpusThenAgain_rightAnswersAndReferenceFigures(@TempDir Path temporary) {
    Path directory = temporary.resolve("db");
    Commands.Outcome first = Commands.run("quickstart", "--directory", directory.toString());
    assertEquals(0, first.code(), first.out() + first.err());
    assertTrue(first.out().contains("1,398 of 1,398 documents  100 %"), first.out());
    assertTrue(first.out().contains("Every answer was checked"), first.out());
    assertReferenceFigures(first.out());
    Corpus corpus = assertCorrectedAndOldText(directory);

    // Only the corrected document differs from the corpus: it alone is stored again.
    Commands.Outcome second = Commands.run("quickstart", "--directory", directory.toString());
    assertEquals(0, second.code(), second.out() + second.err());
    assertTrue(second.out().contains("1,397 are there already"), second.out());
    assertReferenceFigures(second.out());
    assertEquals(4, historyOf(directory).size());
    assertEquals(1_398, corpus.documents().size());
  }

  @Test
  void quickstart_withoutDirectory_leavesNothingBehind() {
    Commands.Outcome outcome = Commands.run("quickstart", "--documents", "60");
    assertEquals(0, outcome.code(), outcome.out() + outcome.err());
    Matcher named = Pattern.compile("database: (.+)").matcher(outcome.out());
    assertTrue(named.find(), outcome.out());
    assertFalse(Path.of(named.group(1)).toFile().exists());
  }

  private static void assertReferenceFigures(String out) {
    Matcher row = QUALITY.matcher(out);
    int rows = 0;
    while (row.find()) {
      assertEquals(NDCG_REFERENCE, Double.parseDouble(row.group(2)), 0.005, row.group());
      assertEquals(RECALL_REFERENCE, Double.parseDouble(row.group(3)), 0.005, row.group());
      rows++;
    }
    assertEquals(2, rows, out);
  }

  private static Corpus assertCorrectedAndOldText(Path directory) {
    Corpus corpus = Corpus.load(Integer.MAX_VALUE);
    SourceDocument original = corpus.documents().getFirst();
    try (Database database = Database.open(directory)) {
      VersionedRecord now = database.require("cranfield", Correction.KEY).join();
      assertEquals(Correction.of(original).text(), Answer.textOf(now));
      VersionedRecord before =
          database
              .require(
                  GetRequest.of("cranfield", Correction.KEY)
                      .withAsOf(AsOf.version(now.version() - 1)))
              .join();
      assertEquals(original.text(), Answer.textOf(before));
    }
    assertEquals(2, historyOf(directory).size());
    return corpus;
  }

  private static List<HistoryEntry> historyOf(Path directory) {
    try (Database database = Database.open(directory)) {
      return database.history("cranfield", Correction.KEY).join().items();
    }
  }
}
