package dev.nacre.sql.arrow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Tables as a writer with more memory makes them. */
final class TablesOfOthers {
  private TablesOfOthers() {}

  /** A table of one batch with values of about so many bytes. */
  static void oneBatch(Path file, long bytes) throws IOException {
    int value = 1 << 20;
    byte[] content = new byte[value];
    Schema schema =
        new Schema(
            List.of(
                field("namespace", ArrowType.Utf8.INSTANCE),
                field("key", ArrowType.Utf8.INSTANCE),
                field("value_kind", ArrowType.Utf8.INSTANCE),
                field("value_bytes", ArrowType.Binary.INSTANCE)));
    try (BufferAllocator memory = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, memory);
        var channel =
            Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, channel)) {
      root.getFieldVectors().forEach(FieldVector::allocateNew);
      VarBinaryVector values = (VarBinaryVector) root.getVector("value_bytes");
      int rows = Math.toIntExact(bytes / value);
      values.allocateNew((long) rows * value, rows);
      for (int i = 0; i < rows; i++) {
        text(root, "namespace", i, "n");
        text(root, "key", i, "k" + i);
        text(root, "value_kind", i, "bytes");
        values.set(i, content);
      }
      root.setRowCount(rows);
      writer.start();
      writer.writeBatch();
      writer.end();
    }
  }

  private static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  private static void text(VectorSchemaRoot root, String column, int row, String text) {
    ((VarCharVector) root.getVector(column)).setSafe(row, text.getBytes(StandardCharsets.UTF_8));
  }
}
