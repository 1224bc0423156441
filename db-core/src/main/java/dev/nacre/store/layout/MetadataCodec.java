package dev.nacre.store.layout;

import dev.nacre.model.Metadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Metadata in a record row.
 *
 * <pre>
 *   count varint | field*          field  = name text | scalar
 *   scalar = 1 text | 2 (false) | 3 (true) | 4 zigzag varint | 5 double u64 | 6 count varint scalar*
 *   text   = length varint | UTF-8
 * </pre>
 */
public final class MetadataCodec {
  private static final int TEXT = 1;
  private static final int FALSE = 2;
  private static final int TRUE = 3;
  private static final int INTEGER = 4;
  private static final int DOUBLE = 5;
  private static final int LIST = 6;
  private static final byte[] EMPTY = {0};

  private MetadataCodec() {}

  /** The bytes of metadata. */
  public static byte[] encode(Metadata metadata) {
    if (metadata.isEmpty()) {
      return EMPTY.clone();
    }
    Map<String, Object> fields = metadata.asMap();
    ByteWriter writer = new ByteWriter(32 * fields.size()).varint(fields.size());
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      writer.text(field.getKey());
      scalar(writer, field.getValue());
    }
    return writer.toByteArray();
  }

  private static void scalar(ByteWriter writer, Object value) {
    switch (value) {
      case String text -> writer.u8(TEXT).text(text);
      case Boolean flag -> writer.u8(flag ? TRUE : FALSE);
      case Long number -> writer.u8(INTEGER).varint((number << 1) ^ (number >> 63));
      case Double number -> writer.u8(DOUBLE).u64(Double.doubleToRawLongBits(number));
      case List<?> elements -> {
        writer.u8(LIST).varint(elements.size());
        for (Object element : elements) {
          scalar(writer, element);
        }
      }
      default -> throw new IllegalStateException("metadata holds a " + value.getClass());
    }
  }

  /** The metadata in {@code bytes} from {@code offset} to {@code end}. */
  static Metadata decode(byte[] bytes, int offset, int end) {
    return offset < end && bytes[offset] == 0
        ? Metadata.EMPTY
        : Metadata.ofStored(() -> fields(new ByteReader(bytes, offset, end)));
  }

  private static SortedMap<String, Object> fields(ByteReader reader) {
    int count = reader.count();
    SortedMap<String, Object> fields = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      String name = reader.text();
      fields.put(name, scalar(reader));
    }
    return fields;
  }

  private static Object scalar(ByteReader reader) {
    int tag = reader.u8();
    return switch (tag) {
      case TEXT -> reader.text();
      case FALSE -> false;
      case TRUE -> true;
      case INTEGER -> {
        long zigzag = reader.varint();
        yield (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case DOUBLE -> Double.longBitsToDouble(reader.u64());
      case LIST -> {
        int count = reader.count();
        List<Object> elements = new ArrayList<>(Math.min(count, reader.remaining()));
        for (int i = 0; i < count; i++) {
          elements.add(scalar(reader));
        }
        yield Collections.unmodifiableList(elements);
      }
      default -> throw ByteReader.damaged("metadata of unknown kind " + tag);
    };
  }
}
