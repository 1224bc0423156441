package dev.nacre.model;

import dev.nacre.error.ValidationException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * A vector in an embedding space. The array is copied in and out; its components are finite, and
 * under {@link Metric#COSINE} not all zero.
 */
public final class Embedding {
  private static final ValueLayout.OfFloat FLOAT_LE =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final EmbeddingSpace space;
  private final float[] vector;

  private Embedding(EmbeddingSpace space, float[] vector) {
    this.space = space;
    this.vector = vector;
  }

  /** A vector in the default space (cosine). */
  public static Embedding of(float... vector) {
    return of(EmbeddingSpace.of(Math.max(1, vector.length)), vector);
  }

  /**
   * A vector in {@code space}.
   *
   * @throws ValidationException when the length is not the space's dimension, a component is not
   *     finite, or all are zero under cosine
   */
  public static Embedding of(EmbeddingSpace space, float... vector) {
    validate(space, vector);
    return new Embedding(space, vector.clone());
  }

  /** Refuses a vector that cannot be stored or searched in {@code space}. */
  public static void validate(EmbeddingSpace space, float[] vector) {
    if (vector.length != space.dimension()) {
      throw new ValidationException(
          "vector has "
              + vector.length
              + " components, embedding space \""
              + space.name()
              + "\" has "
              + space.dimension(),
          Map.of("space", space.name(), "dimension", Integer.toString(vector.length)));
    }
    float squares = 0;
    for (int i = 0; i < vector.length; i++) {
      float x = vector[i];
      if (!Float.isFinite(x)) {
        throw new ValidationException(
            "vector component " + i + " is " + x + "; components must be finite",
            Map.of("space", space.name(), "component", Integer.toString(i)));
      }
      squares += x * x;
    }
    if (!Float.isFinite(squares)) {
      throw new ValidationException(
          "vector is too long: the sum of its squares is not a finite float32",
          Map.of("space", space.name()));
    }
    if (space.metric() == Metric.COSINE && squares == 0) {
      throw new ValidationException(
          "vector has length zero (or underflows to it), which has no direction under cosine; embedding space \""
              + space.name()
              + "\"",
          Map.of("space", space.name()));
    }
  }

  /** The space. */
  public EmbeddingSpace space() {
    return space;
  }

  /** A copy of the components. */
  public float[] vector() {
    return vector.clone();
  }

  /** A vector that was checked when it was stored. Takes ownership. */
  public static Embedding ofStored(EmbeddingSpace space, float[] vector) {
    return new Embedding(space, vector);
  }

  /** Copies the components into {@code target} as little-endian float32. */
  public void copyTo(MemorySegment target) {
    MemorySegment.copy(vector, 0, target, FLOAT_LE, 0, vector.length);
  }

  /** Equal spaces and bitwise equal components. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding that
        && space.equals(that.space)
        && Arrays.equals(vector, that.vector);
  }

  @Override
  public int hashCode() {
    return 31 * space.hashCode() + Arrays.hashCode(vector);
  }

  @Override
  public String toString() {
    return "Embedding[" + space.name() + ", " + space.dimension() + "]";
  }
}
