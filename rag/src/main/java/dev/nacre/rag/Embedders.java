package dev.nacre.rag;

import dev.nacre.embed.Embedder;
import dev.nacre.rag.embed.MiniLmEmbedder;

/** Makes the embedders that Nacre brings along. */
public final class Embedders {
  private Embedders() {}

  /**
   * The sentence model all-MiniLM-L6-v2 (int8, 384 dimensions, cosine, English), run in this
   * process: no network, no key, nothing to install. Its space is {@code default} and names the
   * model {@code all-MiniLM-L6-v2-q}.
   *
   * <p><b>What is read.</b> The first 128 word pieces of a text (some 90 English words), which is
   * what the model was trained on; the rest does not count. Reading more of each abstract of the
   * Cranfield collection made its ranking no better and each text dearer. Split long texts and
   * embed the pieces. Case and accents do not matter.
   *
   * <p><b>Vectors</b> have length 1, and depend on the text alone: not on the texts it is embedded
   * together with.
   *
   * <p><b>Threads.</b> A thread for each processor, at most 8, daemons. Calls take turns text by
   * text, so a question does not wait for a bulk load. Futures are completed on those threads: give
   * a continuation that is slow an executor of its own.
   *
   * <p><b>Errors</b>, as failed futures: {@code ValidationException} for a text without a word,
   * naming its place; {@code ResourceExhaustedException} when more than 64 Mi characters wait;
   * {@code DatabaseClosedException} after {@code close}, also for calls that were waiting.
   *
   * <p><b>Cost.</b> Loading blocks the caller for some .2 s and keeps some 60 MB of native memory
   * until {@code close}. An abstract takes some 11 ms of one processor, a question 1.5 ms.
   *
   * @throws dev.nacre.error.UnavailableException when the model's runtime does not load on this
   *     platform
   */
  public static Embedder miniLm() {
    return MiniLmEmbedder.load();
  }
}
