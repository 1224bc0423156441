package dev.nacre.bench.data;

import dev.nacre.embed.Embedder;
import dev.nacre.rag.Embedders;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Real texts and their embeddings, made once and kept in a folder.
 *
 * <p>{@code texts.jsonl} are some 181,000 short texts with metadata; {@code
 * minilm-<base>-<queries>.vec} the first of them, shuffled with a fixed seed so that every prefix
 * has both sources, embedded by the model in process. The last rows are the queries: texts that are
 * not in the base.
 */
public final class Collection {
  private static final int CHUNK = 1_000;

  private final Path folder;

  /** The collection in {@code folder}. */
  public Collection(Path folder) {
    this.folder = folder;
  }

  /**
   * Base and queries.
   *
   * @param base what is stored
   * @param queries what is asked for, not in the base
   */
  public record Embedded(Vectors base, Vectors queries) {}

  /** The file of texts. */
  public Path texts() {
    return folder.resolve("texts.jsonl");
  }

  /** The file of vectors of a collection of that size. */
  public Path vectors(int base, int queries) {
    return folder.resolve("minilm-" + base + "-" + queries + ".vec");
  }

  /**
   * Makes what is missing: the texts by {@code script}, then the vectors; minutes when there are
   * many.
   */
  public void prepare(Path script, int base, int queries, PrintWriter progress)
      throws IOException, InterruptedException {
    Path _ = Files.createDirectories(folder);
    if (!Files.exists(texts())) {
      progress.println("making " + texts());
      TextScript.run(script, texts());
    }
    Path file = vectors(base, queries);
    if (!Files.exists(file)) {
      VectorFile.write(file, embed(base + queries, progress));
      progress.println("wrote " + file);
    }
  }

  /**
   * The first {@code size} of a prepared base, and its queries.
   *
   * @throws IOException when nothing is prepared; the message says how to
   */
  public Embedded load(int size, int base, int queries) throws IOException {
    Path file = vectors(base, queries);
    if (!Files.exists(file)) {
      throw new IOException(
          file + " is not there: run \"bench/run prepare\" (once; minutes) or \"bench/run all\"");
    }
    Vectors all = VectorFile.read(file);
    return new Embedded(all.slice(0, size), all.slice(base, base + queries));
  }

  private Vectors embed(int count, PrintWriter progress) throws IOException {
    List<TextRow> rows = TextFile.shuffled(texts());
    if (rows.size() < count) {
      throw new IOException(
          texts() + " has " + rows.size() + " texts, " + count + " are wanted: prepare fewer");
    }
    List<String> keys = new ArrayList<>(count);
    float[][] vectors = new float[count][];
    long begun = System.nanoTime();
    try (Embedder embedder = Embedders.miniLm()) {
      for (int from = 0; from < count; from += CHUNK) {
        List<TextRow> chunk = rows.subList(from, Math.min(count, from + CHUNK));
        List<float[]> embedded = embedder.embed(chunk.stream().map(TextRow::text).toList()).join();
        for (int i = 0; i < chunk.size(); i++) {
          keys.add(chunk.get(i).id());
          vectors[from + i] = embedded.get(i);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        progress.printf(
            Locale.ROOT,
            "embedded %,d of %,d texts, %.0f a second%n",
            keys.size(),
            count,
            keys.size() / seconds);
      }
      return new Vectors(embedder.space().dimension(), keys, vectors);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
