package dev.nacre.store.layout;

import dev.nacre.model.CommitAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of a row of {@code commit}.
 *
 * <pre>
 *   time i64 micros | durable up to u64
 *   namespaces varint | id varint *
 *   flags u8        1 actor, 2 source, 4 idempotency key
 *   actor text | source text | idempotency key text        as flagged
 *   attributes varint | (name text, value text)*
 * </pre>
 *
 * The first two fields are also read by the check of the write-ahead log.
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record CommitRow(
    long timeMicros, long durableUpTo, int[] namespaces, CommitAttributes attributes) {
  /** The bytes of a commit. */
  public byte[] encode() {
    ByteWriter writer =
        new ByteWriter(40).u64(timeMicros).u64(durableUpTo).varint(namespaces.length);
    for (int namespace : namespaces) {
      writer.varint(namespace);
    }
    writer.u8(
        flag(attributes.actor(), 1)
            | flag(attributes.source(), 2)
            | flag(attributes.idempotencyKey(), 4));
    text(writer, attributes.actor());
    text(writer, attributes.source());
    text(writer, attributes.idempotencyKey());
    writer.varint(attributes.other().size());
    attributes.other().forEach((name, value) -> writer.text(name).text(value));
    return writer.toByteArray();
  }

  /** The time without reading the rest. */
  public static long timeIn(byte[] bytes) {
    return new ByteReader(bytes, 0).u64();
  }

  /** The ids of the namespaces without reading the rest. */
  public static int[] namespacesIn(byte[] bytes) {
    return namespaces(new ByteReader(bytes, 2 * Long.BYTES));
  }

  private static int[] namespaces(ByteReader reader) {
    int[] namespaces = new int[reader.countOfItems()];
    for (int i = 0; i < namespaces.length; i++) {
      namespaces[i] = (int) reader.varint();
    }
    return namespaces;
  }

  /** The commit in {@code bytes}. */
  public static CommitRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    long timeMicros = reader.u64();
    long durableUpTo = reader.u64();
    int[] namespaces = namespaces(reader);
    int flags = reader.u8();
    @Nullable String actor = (flags & 1) == 0 ? null : reader.text();
    @Nullable String source = (flags & 2) == 0 ? null : reader.text();
    @Nullable String idempotencyKey = (flags & 4) == 0 ? null : reader.text();
    Map<String, String> other = new LinkedHashMap<>();
    for (int i = reader.count(); i > 0; i--) {
      String name = reader.text();
      other.put(name, reader.text());
    }
    return new CommitRow(
        timeMicros,
        durableUpTo,
        namespaces,
        new CommitAttributes(actor, source, idempotencyKey, other));
  }

  private static int flag(@Nullable String text, int flag) {
    return text == null ? 0 : flag;
  }

  private static void text(ByteWriter writer, @Nullable String text) {
    if (text != null) {
      writer.text(text);
    }
  }
}
