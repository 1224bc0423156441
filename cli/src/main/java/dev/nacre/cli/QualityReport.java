package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.GetAllRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How good the rankings are over all questions, beside those of comparing every stored vector.
 *
 * @param searched of the database's rankings
 * @param exact of the rankings that compare every vector
 * @param questions how many questions
 * @param questionNanos sorted: from the words of a question to its hits
 */
record QualityReport(
    RankingQuality searched, RankingQuality exact, int questions, List<Long> questionNanos) {
  private static final double NDCG_TOLERANCE = 0.005;

  /** Asks every question, and compares each with the vectors that the database holds. */
  static QualityReport measure(
      Database database, Embedder embedder, String namespace, Corpus corpus)
      throws InterruptedException {
    ExactComparison comparison = new ExactComparison(stored(database, namespace, corpus));
    List<List<String>> searched = new ArrayList<>();
    List<List<String>> exact = new ArrayList<>();
    List<Set<String>> relevant = new ArrayList<>();
    long[] nanos = new long[corpus.questions().size()];
    int asked = 0;
    for (Corpus.Question question : corpus.questions()) {
      long start = System.nanoTime();
      SearchResult result =
          Await.of(
              database.similar(
                  SearchRequest.byText(namespace, question.text()).withK(RankingQuality.DEPTH)));
      nanos[asked++] = System.nanoTime() - start;
      searched.add(result.hits().stream().map(Hit::key).toList());
      float[] vector = Await.of(embedder.embed(List.of(question.text()))).getFirst();
      exact.add(comparison.nearest(vector, RankingQuality.DEPTH));
      relevant.add(corpus.relevant().getOrDefault(question.id(), Set.of()));
    }
    Arrays.sort(nanos);
    return new QualityReport(
        RankingQuality.of(searched, relevant),
        RankingQuality.of(exact, relevant),
        asked,
        Arrays.stream(nanos).boxed().toList());
  }

  private static SortedMap<String, float[]> stored(
      Database database, String namespace, Corpus corpus) throws InterruptedException {
    GetAllRequest request =
        GetAllRequest.of(namespace, corpus.documents().stream().map(SourceDocument::id).toList())
            .withSpaces(EmbeddingSpace.DEFAULT_NAME);
    SortedMap<String, float[]> vectors = new TreeMap<>();
    for (Optional<VersionedRecord> record : Await.of(database.getAll(request))) {
      VersionedRecord there =
          record.orElseThrow(() -> new WrongAnswerException("a stored document is not there"));
      Embedding embedding = there.embeddings().get(EmbeddingSpace.DEFAULT_NAME);
      if (embedding == null) {
        throw new WrongAnswerException("document " + there.key() + " has lost its embedding");
      }
      vectors.put(there.key(), embedding.vector());
    }
    return vectors;
  }

  void print(Terminal terminal) {
    terminal.heading("Ranking, judged by people, over " + questions + " questions");
    terminal.line(row("similar", searched));
    terminal.line(row("every vector compared", exact));
  }

  /** Refuses a search that ranks otherwise than comparing every vector does. */
  void check() {
    if (Math.abs(searched.ndcg() - exact.ndcg()) > NDCG_TOLERANCE) {
      throw new WrongAnswerException(
          String.format(
              Locale.ROOT,
              "nDCG@10 of search is %.4f, of comparing every vector %.4f; they may differ by %.3f",
              searched.ndcg(),
              exact.ndcg(),
              NDCG_TOLERANCE));
    }
  }

  private static String row(String name, RankingQuality quality) {
    return String.format(
        Locale.ROOT,
        "  %-24s nDCG@10 %.4f   recall@10 %.4f",
        name,
        quality.ndcg(),
        quality.recall());
  }
}
