package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.GetRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.VersionedRecord;
import dev.nacre.rag.Embedders;
import dev.nacre.search.SearchRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The story that {@code nacre quickstart} tells, each chapter a method, checking what it shows: a
 * wrong answer ends it with a {@link WrongAnswerException}.
 */
final class Quickstart {
  private static final String NAMESPACE = "cranfield";
  private static final int QUESTIONS_SHOWN = 3;
  private static final int HITS_SHOWN = 3;

  private final Terminal terminal;
  private final Path directory;
  private final Corpus corpus;
  private final AnswerPrinter printer;
  private final Timings timings = new Timings();

  Quickstart(Terminal terminal, Path directory, Corpus corpus) {
    this.terminal = terminal;
    this.directory = directory;
    this.corpus = corpus;
    this.printer = new AnswerPrinter(terminal, HITS_SHOWN);
  }

  /** What was known before and after the correction. */
  private record Corrected(Answer before, long versionBefore, Answer after, Commit commit) {
    AsOf asOfVersion() {
      return AsOf.version(versionBefore);
    }

    /** The last microsecond in which the old text was what the database knew. */
    AsOf asOfInstant() {
      return AsOf.instant(instantBefore());
    }

    Instant instantBefore() {
      return commit.committedAt().minusNanos(1_000);
    }
  }

  void run() throws InterruptedException {
    terminal.line(
        terminal.bold("Nacre")
            + String.format(
                Locale.ROOT,
                ": %,d abstracts and %,d questions on aerodynamics (Cranfield collection)",
                corpus.documents().size(),
                corpus.questions().size()));
    terminal.line(terminal.dim("database: " + directory));
    Timings.Watch load = timings.start("load the sentence model");
    try (Embedder embedder = Embedders.miniLm()) {
      load.stop();
      DatabaseOptions options = DatabaseOptions.builder(directory).embedder(embedder).build();
      Corrected corrected;
      QualityReport quality;
      try (Database database = timings.time("open the database", () -> Database.open(options))) {
        store(database, embedder);
        ask(database);
        quality = QualityReport.measure(database, embedder, NAMESPACE, corpus);
        corrected = correct(database, embedder);
        compareWithBefore(database, corrected);
        history(database, corrected);
      }
      reopen(options, corrected);
      quality.print(terminal);
      timings.print(terminal, quality.questionNanos());
      quality.check();
    }
    terminal.line("");
    terminal.line("Every answer was checked, now and as of before: all right.");
  }

  private void store(Database database, Embedder embedder) throws InterruptedException {
    terminal.heading("Embed and store every document");
    CorpusLoad load = new CorpusLoad(database, embedder, NAMESPACE);
    List<SourceDocument> missing = load.missing(corpus.documents());
    int there = corpus.documents().size() - missing.size();
    if (there > 0) {
      terminal.line(String.format(Locale.ROOT, "  %,d are there already, unchanged", there));
    }
    Timings.Watch watch = timings.start("embed and store", missing.size(), "documents");
    load.store(missing, new ProgressBar(terminal, "documents", missing.size(), System::nanoTime));
    watch.stop();
    check(load.missing(corpus.documents()).isEmpty(), "a document that was stored is not there");
  }

  private void ask(Database database) throws InterruptedException {
    terminal.heading("Ask by meaning");
    terminal.line(terminal.dim("  score, key, version; * = judged relevant by people"));
    for (Corpus.Question question :
        corpus.questions().subList(0, Math.min(QUESTIONS_SHOWN, corpus.questions().size()))) {
      Answer answer = ask(database, question.text(), AsOf.now());
      printer.print(
          question.text(), answer, corpus.relevant().getOrDefault(question.id(), Set.of()));
      check(!answer.result().hits().isEmpty(), "nothing was found for: " + question.text());
    }
  }

  private Corrected correct(Database database, Embedder embedder) throws InterruptedException {
    terminal.heading("Correct a document");
    SourceDocument original = original();
    Answer before = ask(database, Correction.QUESTION, AsOf.now());
    CommitAttributes attributes =
        new CommitAttributes("quickstart", "errata", null, Map.of("reason", "wall interference"));
    Commit commit =
        new CorpusLoad(database, embedder, NAMESPACE).storeOne(Correction.of(original), attributes);
    printer.print(Correction.KEY, "was", Correction.findingOf(original.text()));
    printer.print(Correction.KEY, "is", Correction.findingOf(Correction.of(original).text()));
    terminal.line(
        terminal.dim("  committed as version " + commit.version() + " at " + commit.committedAt()));
    check(
        commit.version() == before.result().readPoint().version() + 1,
        "versions are not dense: the correction is version " + commit.version());
    Answer after = ask(database, Correction.QUESTION, AsOf.now());
    return new Corrected(before, before.result().readPoint().version(), after, commit);
  }

  private void compareWithBefore(Database database, Corrected corrected)
      throws InterruptedException {
    terminal.heading("Ask now, and as of before");
    printer.print("Now: " + Correction.QUESTION + "?", corrected.after(), Set.of());
    printer.printFinding(corrected.after(), Correction.KEY);
    checkNow(corrected, corrected.after());

    Answer byVersion = ask(database, Correction.QUESTION, corrected.asOfVersion());
    printer.print(
        "As of version " + corrected.versionBefore() + ", the same question:", byVersion, Set.of());
    printer.printFinding(byVersion, Correction.KEY);
    checkBefore(corrected, byVersion);

    Answer byInstant = ask(database, Correction.QUESTION, corrected.asOfInstant());
    terminal.line(
        "  As of "
            + corrected.instantBefore()
            + ", a microsecond before the correction: the same.");
    checkBefore(corrected, byInstant);

    VersionedRecord old =
        Await.of(
            database.require(
                GetRequest.of(NAMESPACE, Correction.KEY).withAsOf(corrected.asOfVersion())));
    check(
        Answer.textOf(old).equals(original().text()),
        "read by key as of version " + corrected.versionBefore() + ": not the old text");
  }

  private void history(Database database, Corrected corrected) throws InterruptedException {
    terminal.heading("History of document " + Correction.KEY);
    List<HistoryEntry> entries = Await.of(database.history(NAMESPACE, Correction.KEY)).items();
    entries.forEach(printer::print);
    check(
        entries.size() >= 2
            && entries.get(0).version() == corrected.commit().version()
            && entries.get(1).version() <= corrected.versionBefore(),
        "the history of document " + Correction.KEY + " does not name both texts");
  }

  private void reopen(DatabaseOptions options, Corrected corrected) throws InterruptedException {
    terminal.heading("Close, reopen, ask again");
    Timings.Watch watch = timings.start("reopen, to the first answer");
    try (Database database = Database.open(options)) {
      Answer now = ask(database, Correction.QUESTION, AsOf.now());
      watch.stop();
      printer.print(Correction.QUESTION + "?", now, Set.of());
      checkNow(corrected, now);
      checkBefore(corrected, ask(database, Correction.QUESTION, corrected.asOfVersion()));
      checkBefore(corrected, ask(database, Correction.QUESTION, corrected.asOfInstant()));
      terminal.line("  The same answers, now and as of before.");
    }
  }

  private void checkNow(Corrected corrected, Answer answer) {
    check(
        answer.hit(Correction.KEY).isPresent()
            && answer.keys().getFirst().equals(Correction.KEY)
            && answer.hit(Correction.KEY).orElseThrow().record().version()
                == corrected.commit().version()
            && Answer.textOf(answer.hit(Correction.KEY).orElseThrow().record())
                .equals(Correction.of(original()).text()),
        "the corrected text is not found first");
    check(answer.sameAs(corrected.after()), "the answer changed, though nothing was written");
  }

  private void checkBefore(Corrected corrected, Answer answer) {
    check(
        answer.result().readPoint().version() == corrected.versionBefore(),
        "asked as of version "
            + corrected.versionBefore()
            + ", answered as of version "
            + answer.result().readPoint().version());
    check(
        answer.sameAs(corrected.before()),
        "as of before the correction the answer is not what was answered then: "
            + answer.keys()
            + " instead of "
            + corrected.before().keys());
    check(
        answer
            .hit(Correction.KEY)
            .filter(hit -> !Answer.textOf(hit.record()).equals(original().text()))
            .isEmpty(),
        "as of before the correction the corrected text is shown");
  }

  private SourceDocument original() {
    return corpus.documents().stream()
        .filter(document -> document.id().equals(Correction.KEY))
        .findFirst()
        .orElseThrow();
  }

  private Answer ask(Database database, String question, AsOf asOf) throws InterruptedException {
    long start = System.nanoTime();
    SearchRequest request =
        SearchRequest.byText(NAMESPACE, question).withK(RankingQuality.DEPTH).withAsOf(asOf);
    return new Answer(Await.of(database.similar(request)), System.nanoTime() - start);
  }

  private static void check(boolean right, String message) {
    if (!right) {
      throw new WrongAnswerException(message);
    }
  }
}
