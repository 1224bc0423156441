package dev.nacre.rag.embed;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** One call's texts and the vectors there are so far. Thread-safe. */
final class EmbedCall {
  private final List<String> texts;
  private final AtomicReferenceArray<float[]> vectors;
  private final AtomicInteger missing;
  private final CompletableFuture<List<float[]>> future = new CompletableFuture<>();
  private final long characters;

  EmbedCall(List<String> texts) {
    this.texts = List.copyOf(texts);
    this.vectors = new AtomicReferenceArray<>(this.texts.size());
    this.missing = new AtomicInteger(this.texts.size());
    this.characters = this.texts.stream().mapToLong(String::length).sum();
    if (this.texts.isEmpty()) {
      future.complete(List.of());
    }
  }

  int size() {
    return texts.size();
  }

  String text(int index) {
    return texts.get(index);
  }

  /** The length of all texts: what the call weighs in the queue. */
  long characters() {
    return characters;
  }

  CompletableFuture<List<float[]>> future() {
    return future;
  }

  /** Whether nobody waits for more vectors: cancelled, failed or complete. */
  boolean over() {
    return future.isDone();
  }

  void done(int index, float[] vector) {
    vectors.set(index, vector);
    if (missing.decrementAndGet() == 0) {
      float[][] all = new float[texts.size()][];
      for (int i = 0; i < all.length; i++) {
        all[i] = vectors.get(i);
      }
      future.complete(List.of(all));
    }
  }

  void fail(RuntimeException failure) {
    future.completeExceptionally(failure);
  }
}
