package dev.nacre.testing;

import dev.nacre.embed.Embedder;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An embedder without a model: words are hashed into dimensions, so texts that share words are
 * near. Held, it answers when the test says so. Thread-safe.
 */
public final class HashEmbedder implements Embedder {
  private static final int DIMENSION = 64;

  private final EmbeddingSpace space;
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean held = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Vectors for the default space. */
  public HashEmbedder() {
    this(EmbeddingSpace.DEFAULT_NAME);
  }

  /** Vectors for a space of that name. */
  public HashEmbedder(String spaceName) {
    this.space = new EmbeddingSpace(spaceName, DIMENSION, Metric.COSINE, "hash-of-words");
  }

  /** From now on texts wait for {@link #release()}. */
  public void hold() {
    held.set(true);
  }

  /** Answers what waits and what comes. */
  public void release() {
    held.set(false);
    for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
      next.run();
    }
  }

  /** How many calls wait. */
  public int waiting() {
    return waiting.size();
  }

  /** Whether somebody closed it. */
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public EmbeddingSpace space() {
    return space;
  }

  @Override
  public CompletableFuture<List<float[]>> embed(List<String> texts) {
    CompletableFuture<List<float[]>> vectors = new CompletableFuture<>();
    Runnable answer = () -> vectors.complete(texts.stream().map(HashEmbedder::vector).toList());
    if (held.get()) {
      waiting.add(answer);
    } else {
      var _ = Thread.startVirtualThread(answer);
    }
    return vectors;
  }

  /** The vector of a text. */
  public static float[] vector(String text) {
    float[] vector = new float[DIMENSION];
    vector[0] = 0.01f;
    for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
      if (!word.isEmpty()) {
        vector[1 + Math.floorMod(word.hashCode() * 0x9E3779B9, DIMENSION - 1)] += 1;
      }
    }
    return vector;
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
