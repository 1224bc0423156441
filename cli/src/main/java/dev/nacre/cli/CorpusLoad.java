package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.embed.Embedder;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Embeds documents and stores them, a batch to a commit, some batches under way at once so that the
 * model never waits for the disk. Documents that are there already, unchanged, are left alone.
 */
final class CorpusLoad {
  private static final int BATCH_DOCUMENTS = 25;
  private static final int BATCHES_UNDER_WAY = 2;

  private final Database database;
  private final Embedder embedder;
  private final String namespace;

  CorpusLoad(Database database, Embedder embedder, String namespace) {
    this.database = database;
    this.embedder = embedder;
    this.namespace = namespace;
  }

  private record UnderWay(
      int documents, CompletableFuture<List<float[]>> vectors, CompletableFuture<Commit> commit) {
    void cancel() {
      vectors.cancel(false);
      commit.cancel(false);
    }
  }

  /** The documents that are not in the database as they are given. */
  List<SourceDocument> missing(List<SourceDocument> documents) throws InterruptedException {
    List<String> keys = documents.stream().map(SourceDocument::id).toList();
    List<Optional<VersionedRecord>> found = Await.of(database.getAll(namespace, keys));
    List<SourceDocument> missing = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      SourceDocument document = documents.get(i);
      if (found.get(i).filter(record -> isCurrent(record, document)).isEmpty()) {
        missing.add(document);
      }
    }
    return missing;
  }

  /** Stores the documents. */
  void store(List<SourceDocument> documents, ProgressBar progress) throws InterruptedException {
    Deque<UnderWay> underWay = new ArrayDeque<>();
    try {
      for (int from = 0; from < documents.size(); from += BATCH_DOCUMENTS) {
        List<SourceDocument> batch =
            documents.subList(from, Math.min(from + BATCH_DOCUMENTS, documents.size()));
        underWay.addLast(embedAndStore(batch));
        if (underWay.size() > BATCHES_UNDER_WAY) {
          finishFirst(underWay, progress);
        }
      }
      while (!underWay.isEmpty()) {
        finishFirst(underWay, progress);
      }
    } finally {
      // After a failure or Ctrl-C nobody wants the rest.
      underWay.forEach(UnderWay::cancel);
    }
  }

  /** Stores one document in a commit of its own. */
  Commit storeOne(SourceDocument document, CommitAttributes attributes)
      throws InterruptedException {
    float[] vector = Await.of(embedder.embed(List.of(document.text()))).getFirst();
    return Await.of(database.batch(batchOf(List.of(document), List.of(vector), attributes)));
  }

  private static void finishFirst(Deque<UnderWay> underWay, ProgressBar progress)
      throws InterruptedException {
    UnderWay first = underWay.getFirst();
    Commit _ = Await.of(first.commit());
    underWay.removeFirst();
    progress.advance(first.documents());
  }

  private UnderWay embedAndStore(List<SourceDocument> documents) {
    CommitAttributes attributes =
        new CommitAttributes("quickstart", "Cranfield collection", null, Map.of());
    CompletableFuture<List<float[]>> vectors =
        embedder.embed(documents.stream().map(SourceDocument::text).toList());
    return new UnderWay(
        documents.size(),
        vectors,
        vectors.thenCompose(made -> database.batch(batchOf(documents, made, attributes))));
  }

  private WriteBatch batchOf(
      List<SourceDocument> documents, List<float[]> vectors, CommitAttributes attributes) {
    WriteBatch.Builder batch = WriteBatch.builder().attributes(attributes);
    for (int i = 0; i < documents.size(); i++) {
      SourceDocument document = documents.get(i);
      batch.put(
          namespace,
          document.id(),
          document.value(),
          document.metadata(),
          Embedding.of(embedder.space(), vectors.get(i)));
    }
    return batch.build();
  }

  /** Whether value and metadata are the same, and the embedding was made with this value. */
  private static boolean isCurrent(VersionedRecord record, SourceDocument document) {
    Long embedded = record.embeddingVersions().get(EmbeddingSpace.DEFAULT_NAME);
    return record.value().filter(document.value()::equals).isPresent()
        && record.metadata().equals(document.metadata())
        && embedded != null
        && embedded >= record.valueVersion().orElse(Long.MAX_VALUE);
  }
}
