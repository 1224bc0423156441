package dev.nacre.bench.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/**
 * Keys and vectors in one file, little-endian:
 *
 * <pre>
 *   "NACREVEC"   8 bytes
 *   dimension    int32
 *   count        int32
 *   keyBytes     int32
 *   keys         keyBytes bytes of UTF-8, one a line
 *   vectors      count × dimension float32
 * </pre>
 *
 * Written beside its place and renamed, so that a file that is there is whole.
 */
public final class VectorFile {
  private static final byte[] MAGIC = "NACREVEC".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = MAGIC.length + 3 * Integer.BYTES;

  private VectorFile() {}

  /** Writes the vectors. */
  public static void write(Path file, Vectors vectors) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    byte[] keys = String.join("\n", vectors.keys()).getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[HEADER_BYTES];
    little(header)
        .put(MAGIC)
        .putInt(vectors.dimension())
        .putInt(vectors.size())
        .putInt(keys.length);
    byte[] bytes = new byte[vectors.dimension() * Float.BYTES];
    FloatBuffer floats = little(bytes).asFloatBuffer();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 20)) {
      out.write(header);
      out.write(keys);
      for (float[] row : vectors.rows()) {
        floats.clear().put(row);
        out.write(bytes);
      }
    }
    Path _ = Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads the vectors.
   *
   * @throws IOException when the file is not one of ours, or torn
   */
  public static Vectors read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      byte[] headerBytes = new byte[HEADER_BYTES];
      in.readFully(headerBytes);
      ByteBuffer header = little(headerBytes);
      byte[] magic = new byte[MAGIC.length];
      header.get(magic);
      int dimension = header.getInt();
      int count = header.getInt();
      int keyBytes = header.getInt();
      long expected = HEADER_BYTES + keyBytes + (long) count * dimension * Float.BYTES;
      if (!Arrays.equals(magic, MAGIC) || Files.size(file) != expected) {
        throw new IOException(file + " is not a whole vector file; delete it and prepare again");
      }
      byte[] keys = new byte[keyBytes];
      in.readFully(keys);
      float[][] rows = new float[count][dimension];
      byte[] bytes = new byte[dimension * Float.BYTES];
      FloatBuffer floats = little(bytes).asFloatBuffer();
      for (float[] row : rows) {
        in.readFully(bytes);
        floats.clear().get(row);
      }
      return new Vectors(
          dimension, List.of(new String(keys, StandardCharsets.UTF_8).split("\n", -1)), rows);
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
