package dev.nacre.rag.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.nacre.error.UnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * all-MiniLM-L6-v2, int8, on ONNX Runtime: pieces of one text in, one vector of length 1 out, the
 * mean of what the last layer says of each piece.
 *
 * <p>One text at a time, on the caller's thread alone. The model's int8 layers scale by the largest
 * number of the whole tensor, so in a batch a text's vector would depend on the texts beside it
 * (cosines of .989 to the vector on its own were seen), and a record's embedding could not be made
 * again; nor is a batch faster here, because a text of a hundred pieces fills the processor.
 * Several threads may embed at once; none may when or after {@link #close} runs.
 */
final class SentenceModel implements AutoCloseable {
  /** Length of the vectors. */
  static final int DIMENSION = 384;

  /** The most pieces the model was trained to read, its two marks included. */
  static final int PIECES_MAX = 128;

  private static final String MODEL = "all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-q-tokenizer.json";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final WordPieceTokenizer tokenizer;

  private SentenceModel(
      OrtEnvironment environment, OrtSession session, WordPieceTokenizer tokenizer) {
    this.environment = environment;
    this.session = session;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads model and vocabulary from the class path.
   *
   * @throws UnavailableException when one is not there, or ONNX Runtime has no library for this
   *     platform
   */
  static SentenceModel load() {
    try (InputStream vocabulary = resource(TOKENIZER);
        InputStream model = resource(MODEL)) {
      WordPieceTokenizer tokenizer = WordPieceTokenizer.read(vocabulary);
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "nacre");
      environment.setTelemetry(false);
      try (SessionOptions options = new SessionOptions()) {
        // One text is computed by the thread that asks; the parallelism is between texts.
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
        OrtSession session = environment.createSession(model.readAllBytes(), options);
        return new SentenceModel(environment, session, tokenizer);
      }
    } catch (IOException | OrtException | LinkageError e) {
      throw new UnavailableException(
          "the sentence model does not load on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + e
              + "; ONNX Runtime must be able to unpack its library to java.io.tmpdir ("
              + System.getProperty("java.io.tmpdir")
              + ")",
          Map.of("model", MODEL),
          e);
    }
  }

  private static InputStream resource(String name) throws IOException {
    ClassLoader loader = SentenceModel.class.getClassLoader();
    @Nullable InputStream stream = loader == null ? null : loader.getResourceAsStream(name);
    if (stream == null) {
      throw new FileNotFoundException(name + " is not on the class path");
    }
    return stream;
  }

  /** The vector of a text, or null when it has no word. */
  float @Nullable [] embed(String text) {
    long[] ids = tokenizer.encode(text, PIECES_MAX);
    return ids.length == 2 ? null : run(ids);
  }

  private float[] run(long[] ids) {
    long[] shape = {1, ids.length};
    long[] attention = new long[ids.length];
    Arrays.fill(attention, 1);
    try (OnnxTensor inputIds = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(attention), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", inputIds, "attention_mask", mask, "token_type_ids", types))) {
      return meanOf(((OnnxTensor) result.get(0)).getFloatBuffer(), ids.length);
    } catch (OrtException e) {
      throw new UnavailableException(
          "the sentence model failed on a text of " + ids.length + " word pieces: " + e,
          Map.of("model", MODEL),
          e);
    }
  }

  private static float[] meanOf(FloatBuffer rows, int count) {
    float[] sum = new float[DIMENSION];
    float[] row = new float[DIMENSION];
    for (int i = 0; i < count; i++) {
      rows.get(i * DIMENSION, row);
      for (int d = 0; d < DIMENSION; d++) {
        sum[d] += row[d];
      }
    }
    double squares = 0;
    for (float x : sum) {
      squares += (double) x * x;
    }
    // To length 1, so dividing by the count first would change nothing.
    float scale = (float) (1 / Math.sqrt(squares));
    for (int d = 0; d < DIMENSION; d++) {
      sum[d] *= scale;
    }
    return sum;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new UnavailableException(
          "the sentence model could not be freed: " + e, Map.of("model", MODEL), e);
    }
  }
}
