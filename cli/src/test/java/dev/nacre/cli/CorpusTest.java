package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** The corpus is whole, and its correction fits. */
class CorpusTest {
  // 1,612 of grade 1 or better, one of them of an empty abstract.
  private static final int JUDGEMENTS = 1_611;

  @Test
  void load_everything_countsOfTheCollection() {
    Corpus corpus = Corpus.load(Integer.MAX_VALUE);
    assertEquals(1_398, corpus.documents().size());
    assertEquals(225, corpus.questions().size());
    assertEquals(JUDGEMENTS, corpus.relevant().values().stream().mapToInt(Set::size).sum());
    assertTrue(corpus.documents().stream().noneMatch(document -> document.text().isBlank()));
  }

  @Test
  void load_some_onlyQuestionsThatTheyAnswer() {
    Corpus corpus = Corpus.load(50);
    assertEquals(50, corpus.documents().size());
    assertTrue(
        corpus.questions().stream()
            .allMatch(question -> corpus.relevant().containsKey(question.id())));
    assertTrue(corpus.questions().size() < 225);
  }

  @Test
  void correction_replacesTheFindingAndNothingElse() {
    SourceDocument original = Corpus.load(1).documents().getFirst();
    SourceDocument corrected = Correction.of(original);
    assertEquals(Correction.KEY, corrected.id());
    assertNotEquals(original.text(), corrected.text());
    String kept = original.text().substring(0, original.text().indexOf("a substantial part"));
    assertTrue(corrected.text().startsWith(kept));
    assertEquals(corrected.text(), kept + Correction.findingOf(corrected.text()));
    assertEquals(original.text(), kept + Correction.findingOf(original.text()));
  }
}
