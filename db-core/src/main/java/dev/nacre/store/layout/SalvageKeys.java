package dev.nacre.store.layout;

import java.util.Arrays;

/**
 * Keys by which a salvage sorts rows of a damaged store by version. Never in a store: they live as
 * long as the salvage.
 *
 * <pre>
 *   's' version u64 | 0                                  commit
 *   's' version u64 | 1 ns u32 | ordinal u32 | 0 or 1    change, or 1 that it was purged
 *   's' version u64 | 2 ns u32 | key                     record
 *   's' version u64 | 3 ns u32 | key                     a record ended there
 *   's' version u64 | 4 ns u32 | key                     tombstone
 *   'v' key of a vector | from u64                       vector
 *   'x' ns u32 | key                                     lost, from a version on
 * </pre>
 */
public final class SalvageKeys {
  /** What a row sorted by version is. */
  public enum Kind {
    /** A commit. */
    COMMIT(0),
    /** A change in the log. */
    CHANGE(1),
    /** A record. */
    RECORD(2),
    /** That a record ended. */
    END(3),
    /** A tombstone. */
    TOMBSTONE(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind of(int code) {
      return switch (code) {
        case 0 -> COMMIT;
        case 1 -> CHANGE;
        case 2 -> RECORD;
        case 3 -> END;
        case 4 -> TOMBSTONE;
        default -> throw ByteReader.damaged("a row of unknown kind " + code);
      };
    }
  }

  private static final int KIND_AT = 9;

  private SalvageKeys() {}

  /** A commit. */
  public static byte[] commit(long version) {
    return sorted(version, Kind.COMMIT).toByteArray();
  }

  /** A change. */
  public static byte[] change(byte[] log, boolean purged) {
    return sorted(Keys.versionOfLog(log), Kind.CHANGE)
        .u32(Keys.intAt(log, 0))
        .u32(Keys.ordinalOfLog(log))
        .u8(purged ? 1 : 0)
        .toByteArray();
  }

  /** A record. */
  public static byte[] record(long version, int namespaceId, byte[] key) {
    return sorted(version, Kind.RECORD).u32(namespaceId).raw(key).toByteArray();
  }

  /** A tombstone: one commit may delete a record and write it again. */
  public static byte[] tombstone(long version, int namespaceId, byte[] key) {
    return sorted(version, Kind.TOMBSTONE).u32(namespaceId).raw(key).toByteArray();
  }

  /** The end of a record. */
  public static byte[] end(long version, int namespaceId, byte[] key) {
    return sorted(version, Kind.END).u32(namespaceId).raw(key).toByteArray();
  }

  private static ByteWriter sorted(long version, Kind kind) {
    return new ByteWriter(32).u8('s').u64(version).u8(kind.code);
  }

  /** Where the rows sorted by version begin. */
  public static byte[] sorted() {
    return new byte[] {'s'};
  }

  /** The version of a row. */
  public static long version(byte[] sorted) {
    return Keys.longAt(sorted, 1);
  }

  /** What a row is. */
  public static Kind kind(byte[] sorted) {
    return Kind.of(sorted[KIND_AT]);
  }

  /** The namespace of a row that is no commit. */
  public static int namespace(byte[] sorted) {
    return Keys.intAt(sorted, KIND_AT + 1);
  }

  /** The record key of a record or an end. */
  public static byte[] key(byte[] sorted) {
    return Arrays.copyOfRange(sorted, KIND_AT + 5, sorted.length);
  }

  /** The place of a change in its commit. */
  public static int ordinal(byte[] change) {
    return Keys.intAt(change, KIND_AT + 5);
  }

  /** Whether a change was purged. */
  public static boolean isPurged(byte[] change) {
    return change[change.length - 1] == 1;
  }

  /** A vector, by its key in a store. */
  public static byte[] vector(byte[] vector, long from) {
    return new ByteWriter(vector.length + 9).u8('v').raw(vector).u64(from).toByteArray();
  }

  /** A superseded vector, by its key in a store's history. */
  public static byte[] pastVector(byte[] past) {
    return vector(Arrays.copyOf(past, past.length - 8), Keys.versionOf(past));
  }

  /** A record that is lost. */
  public static byte[] lost(int namespaceId, byte[] key) {
    return new ByteWriter(key.length + 5).u8('x').u32(namespaceId).raw(key).toByteArray();
  }

  /** Where the lost ones begin. */
  public static byte[] lost() {
    return new byte[] {'x'};
  }

  /** The record key of a lost one. */
  public static byte[] keyOfLost(byte[] lost) {
    return Arrays.copyOfRange(lost, 5, lost.length);
  }
}
