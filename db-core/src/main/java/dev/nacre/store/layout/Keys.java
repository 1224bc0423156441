package dev.nacre.store.layout;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys of the column families. Numbers are big-endian, so that bytewise order is their order; ~v is
 * the bitwise complement, so that newer sorts first.
 *
 * <pre>
 *   head            ns u32 | key
 *   history         ns u32 | escaped key | ~from u64
 *   vector          ns u32 | space u32 | escaped key | ordinal u16
 *   vector_history  ns u32 | space u32 | escaped key | ordinal u16 | ~from u64
 *   log             ns u32 | version u64 | ordinal u32
 *   commit          version u64
 *   expiry          time i64 micros | ns u32 | key
 *   meta            'f' ns u32 | 'l' | 'n' ns u32 | 'o' ns u32 version u64 | 's' ns u32 space u32
 *                   'i' SHA-256 of an idempotency key | 'j' time i64 micros version u64
 *                   'b' SHA-256 of a backup directory | 'e' time i64 micros of a purge
 *
 *   escaped key     every 00 becomes 00 FF, then 00 00: no escaped key is a prefix of another, order is kept
 * </pre>
 */
public final class Keys {
  /** Ordinal of the only vector of a record in a space. */
  public static final int FIRST_ORDINAL = 0;

  private static final byte[] LINEAGE = {'l'};

  private Keys() {}

  /** Key of a live record. */
  public static byte[] head(int namespaceId, byte[] key) {
    byte[] bytes = new byte[4 + key.length];
    BigEndian.putInt(bytes, 0, namespaceId);
    System.arraycopy(key, 0, bytes, 4, key.length);
    return bytes;
  }

  /** The record key inside a head key. */
  public static byte[] keyOfHead(byte[] head) {
    return Arrays.copyOfRange(head, 4, head.length);
  }

  /** What all versions of a key share in {@code history}. */
  public static byte[] historyPrefix(int namespaceId, byte[] key) {
    return escaped(new ByteWriter(key.length + 16).u32(namespaceId), key).toByteArray();
  }

  /**
   * What all versions of a vector share in {@code vector_history}; the whole key in {@code vector}.
   */
  public static byte[] vector(int namespaceId, int spaceId, byte[] key) {
    return escaped(new ByteWriter(key.length + 24).u32(namespaceId).u32(spaceId), key)
        .u16(FIRST_ORDINAL)
        .toByteArray();
  }

  /** A row of history: prefix and version. */
  public static byte[] versioned(byte[] prefix, long from) {
    byte[] bytes = Arrays.copyOf(prefix, prefix.length + 8);
    BigEndian.putLong(bytes, prefix.length, ~from);
    return bytes;
  }

  /** The version at the end of a row of history. */
  public static long versionOf(byte[] versioned) {
    return ~BigEndian.getLong(versioned, versioned.length - 8);
  }

  /** A change in the log. */
  public static byte[] log(int namespaceId, long version, int ordinal) {
    return new ByteWriter(16).u32(namespaceId).u64(version).u32(ordinal).toByteArray();
  }

  /** The place of a change in its commit. */
  public static int ordinalOfLog(byte[] log) {
    return BigEndian.getInt(log, 12);
  }

  /** The version of a change in the log. */
  public static long versionOfLog(byte[] log) {
    return BigEndian.getLong(log, 4);
  }

  /** A commit. */
  public static byte[] commit(long version) {
    byte[] bytes = new byte[8];
    BigEndian.putLong(bytes, 0, version);
    return bytes;
  }

  /** The version of a commit. */
  public static long versionOfCommit(byte[] commit) {
    return BigEndian.getLong(commit, 0);
  }

  /** An entry of the expiry queue. */
  public static byte[] expiry(long expiresAtMicros, int namespaceId, byte[] key) {
    return new ByteWriter(12 + key.length)
        .u64(expiresAtMicros)
        .u32(namespaceId)
        .raw(key)
        .toByteArray();
  }

  /** The namespace id inside a key of the expiry queue. */
  public static int namespaceOfExpiry(byte[] expiry) {
    return BigEndian.getInt(expiry, 8);
  }

  /** The record key inside a key of the expiry queue. */
  public static byte[] keyOfExpiry(byte[] expiry) {
    return Arrays.copyOfRange(expiry, 12, expiry.length);
  }

  /** The lineage. */
  public static byte[] lineage() {
    return LINEAGE.clone();
  }

  /** What was dropped of a namespace, a {@link FloorRow}; no row means that nothing was. */
  public static byte[] floor(int namespaceId) {
    return new ByteWriter(5).u8('f').u32(namespaceId).toByteArray();
  }

  /** Whether a key of {@code meta} is that of a floor. */
  public static boolean isFloor(byte[] meta) {
    return meta.length == 5 && meta[0] == 'f';
  }

  /** A namespace. */
  public static byte[] namespace(int namespaceId) {
    return new ByteWriter(5).u8('n').u32(namespaceId).toByteArray();
  }

  /** Options of a namespace from a version on. */
  public static byte[] options(int namespaceId, long version) {
    return new ByteWriter(13).u8('o').u32(namespaceId).u64(version).toByteArray();
  }

  /** An embedding space. */
  public static byte[] space(int namespaceId, int spaceId) {
    return new ByteWriter(9).u8('s').u32(namespaceId).u32(spaceId).toByteArray();
  }

  /** What is known of an idempotency key, by its SHA-256. */
  public static byte[] idempotency(byte[] hash) {
    return new ByteWriter(1 + hash.length).u8('i').raw(hash).toByteArray();
  }

  /** An entry of the queue by which idempotency keys are forgotten; 0 and 0 is its beginning. */
  public static byte[] idempotencyQueue(long timeMicros, long version) {
    return new ByteWriter(17).u8('j').u64(timeMicros).u64(version).toByteArray();
  }

  /** The version in an entry of that queue. */
  public static long versionOfIdempotencyQueue(byte[] meta) {
    return BigEndian.getLong(meta, 9);
  }

  /** Whether a key of {@code meta} is an entry of that queue. */
  public static boolean isIdempotencyQueue(byte[] meta) {
    return meta.length == 17 && meta[0] == 'j';
  }

  /** That the database was backed up to a directory, by the SHA-256 of its path. */
  public static byte[] backup(byte[] hash) {
    return new ByteWriter(1 + hash.length).u8('b').raw(hash).toByteArray();
  }

  /** Where the rows of backups begin. */
  public static byte[] backups() {
    return new byte[] {'b'};
  }

  /** A purge, by the time of its commit. */
  public static byte[] purge(long timeMicros) {
    return new ByteWriter(9).u8('e').u64(timeMicros).toByteArray();
  }

  /** Where the rows of purges begin. */
  public static byte[] purges() {
    return new byte[] {'e'};
  }

  /** The number at {@code offset} of a key. */
  public static int intAt(byte[] key, int offset) {
    return BigEndian.getInt(key, offset);
  }

  /** The long number at {@code offset} of a key. */
  public static long longAt(byte[] key, int offset) {
    return BigEndian.getLong(key, offset);
  }

  /** Only the namespace id, as a prefix. */
  public static byte[] namespacePrefix(int namespaceId) {
    byte[] bytes = new byte[4];
    BigEndian.putInt(bytes, 0, namespaceId);
    return bytes;
  }

  /** Where keys that begin with a namespace id end. */
  public static byte[] namespaceEnd(int namespaceId) {
    return namespacePrefix(namespaceId + 1);
  }

  /** Where the rows of a prefix in history end: there is no version 0. */
  public static byte[] versionsEnd(byte[] prefix) {
    return versioned(prefix, 0);
  }

  /** Namespace and space id, as a prefix. */
  public static byte[] spacePrefix(int namespaceId, int spaceId) {
    byte[] bytes = new byte[8];
    BigEndian.putInt(bytes, 0, namespaceId);
    BigEndian.putInt(bytes, 4, spaceId);
    return bytes;
  }

  /**
   * The key escaped after {@code prefix} without its end mark: where keys that start with it begin
   * in history.
   */
  public static byte[] escapedStart(byte[] prefix, byte[] key) {
    ByteWriter writer = new ByteWriter(prefix.length + key.length + 8).raw(prefix);
    escapedBody(writer, key);
    return writer.toByteArray();
  }

  /** The record key that is escaped in {@code bytes} from {@code offset} on. */
  public static byte[] unescaped(byte[] bytes, int offset) {
    ByteWriter key = new ByteWriter(bytes.length - offset);
    int at = offset;
    while (at + 1 < bytes.length) {
      if (bytes[at] != 0) {
        key.u8(bytes[at++]);
      } else if (bytes[at + 1] == 0) {
        return key.toByteArray();
      } else {
        key.u8(0);
        at += 2;
      }
    }
    throw ByteReader.damaged("a key without its end mark");
  }

  /** UTF-8 of a record key. */
  public static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  /** Whether {@code bytes} starts with {@code prefix}. */
  public static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static ByteWriter escaped(ByteWriter writer, byte[] key) {
    escapedBody(writer, key);
    return writer.u8(0).u8(0);
  }

  private static void escapedBody(ByteWriter writer, byte[] key) {
    int start = 0;
    for (int i = 0; i < key.length; i++) {
      if (key[i] == 0) {
        writer.raw(key, start, i + 1 - start).u8(0xFF);
        start = i + 1;
      }
    }
    writer.raw(key, start, key.length - start);
  }
}
