package dev.nacre.store.layout;

import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A record as {@code head} and {@code history} keep it, or a tombstone.
 *
 * <pre>
 *   flags u8        1 JSON value, 2 bytes value, 4 metadata, 8 expiry, 128 tombstone
 *   version u64 | time i64 micros
 *   value age varint       (1 or 2)   version − version of the value
 *   metadata age varint    (4)        version − version of the metadata
 *   expiry i64 micros      (8)
 *   spaces varint | (space varint, age varint)*      ascending by space
 *   metadata length varint | metadata                (4)
 *   media type text                                  (2)
 *   value                                            (1 or 2) to the end
 * </pre>
 *
 * Immutable; the header is parsed when the row is read, metadata and value when asked.
 */
public final class RecordRow {
  /** What {@link #expiresAtMicros()} answers for a record that does not expire. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int JSON = 1;
  private static final int BYTES = 2;
  private static final int METADATA = 4;
  private static final int EXPIRY = 8;
  private static final int TOMBSTONE = 128;
  private static final int[] NO_SPACES = {};
  private static final long[] NO_VERSIONS = {};

  private final byte[] bytes;
  private final int offset;
  private final int flags;
  private final long version;
  private final long timeMicros;
  private final long valueVersion;
  private final long metadataVersion;
  private final long expiresAtMicros;
  private final int[] spaces;
  private final long[] spaceVersions;
  private final int metadataOffset;
  private final int metadataLength;
  private final int valueOffset;

  private RecordRow(byte[] bytes, int offset) {
    this.bytes = bytes;
    this.offset = offset;
    ByteReader reader = new ByteReader(bytes, offset);
    flags = reader.u8();
    version = reader.u64();
    timeMicros = reader.u64();
    if ((flags & TOMBSTONE) != 0) {
      valueVersion = 0;
      metadataVersion = 0;
      expiresAtMicros = NEVER;
      spaces = NO_SPACES;
      spaceVersions = NO_VERSIONS;
      metadataOffset = 0;
      metadataLength = 0;
      valueOffset = bytes.length;
      return;
    }
    valueVersion = (flags & (JSON | BYTES)) == 0 ? 0 : version - reader.varint();
    metadataVersion = (flags & METADATA) == 0 ? 0 : version - reader.varint();
    expiresAtMicros = (flags & EXPIRY) == 0 ? NEVER : reader.u64();
    int count = reader.countOfItems();
    if (count == 0) {
      spaces = NO_SPACES;
      spaceVersions = NO_VERSIONS;
    } else {
      spaces = new int[count];
      spaceVersions = new long[count];
      for (int i = 0; i < count; i++) {
        spaces[i] = (int) reader.varint();
        spaceVersions[i] = version - reader.varint();
      }
    }
    metadataLength = (flags & METADATA) == 0 ? 0 : reader.size();
    metadataOffset = reader.position();
    reader.skip(metadataLength);
    valueOffset = reader.position();
  }

  /** The row in {@code bytes}, which must not change any more. */
  public static RecordRow parse(byte[] bytes) {
    return new RecordRow(bytes, 0);
  }

  /** The row in {@code bytes} from {@code offset} to the end. */
  static RecordRow parse(byte[] bytes, int offset) {
    return new RecordRow(bytes, offset);
  }

  /** A tombstone. */
  public static RecordRow tombstone(long version, long timeMicros) {
    return parse(new ByteWriter(17).u8(TOMBSTONE).u64(version).u64(timeMicros).toByteArray());
  }

  /** The version without reading the rest. */
  public static long versionIn(byte[] row) {
    return new ByteReader(row, 1).u64();
  }

  /**
   * The row after a write: named parts are new, the others carry over from {@code previous}.
   *
   * @param previous the live row before, or null
   * @param value the new value, or null to carry over
   * @param metadata the new metadata, encoded, or null to carry over
   * @param expiresAtMicros the expiry from now on, or {@link #NEVER}
   * @param newSpaces ids of the spaces written, ascending
   */
  public static RecordRow assemble(
      long version,
      long timeMicros,
      @Nullable RecordRow previous,
      @Nullable Value value,
      byte @Nullable [] metadata,
      long expiresAtMicros,
      int[] newSpaces) {
    @Nullable RecordRow carriedValue =
        value == null && previous != null && previous.hasValue() ? previous : null;
    @Nullable RecordRow carriedMetadata =
        metadata == null && previous != null && previous.hasMetadata() ? previous : null;
    int flags = 0;
    if (carriedValue != null) {
      flags |= carriedValue.flags & (JSON | BYTES);
    } else if (value != null) {
      flags |= value instanceof Value.Json ? JSON : BYTES;
    }
    if (metadata != null || carriedMetadata != null) {
      flags |= METADATA;
    }
    if (expiresAtMicros != NEVER) {
      flags |= EXPIRY;
    }
    int valueBytes = value != null ? value.length() : 0;
    if (carriedValue != null) {
      valueBytes = carriedValue.bytes.length - carriedValue.valueOffset;
    }
    ByteWriter writer = new ByteWriter(64 + (metadata == null ? 0 : metadata.length));
    writer.u8(flags).u64(version).u64(timeMicros);
    if ((flags & (JSON | BYTES)) != 0) {
      writer.varint(carriedValue == null ? 0 : version - carriedValue.valueVersion);
    }
    if ((flags & METADATA) != 0) {
      writer.varint(carriedMetadata == null ? 0 : version - carriedMetadata.metadataVersion);
    }
    if ((flags & EXPIRY) != 0) {
      writer.u64(expiresAtMicros);
    }
    writeSpaces(writer, version, previous, newSpaces);
    if (carriedMetadata != null) {
      writer
          .varint(carriedMetadata.metadataLength)
          .raw(
              carriedMetadata.bytes,
              carriedMetadata.metadataOffset,
              carriedMetadata.metadataLength);
    } else if (metadata != null) {
      writer.varint(metadata.length).raw(metadata);
    }
    if (carriedValue != null) {
      writer.exactly(valueBytes).raw(carriedValue.bytes, carriedValue.valueOffset, valueBytes);
    } else if (value != null) {
      if (value instanceof Value.Bytes typed) {
        writer.text(typed.mediaType());
      }
      writer.exactly(valueBytes).value(value);
    }
    return parse(writer.toByteArray());
  }

  private static void writeSpaces(
      ByteWriter writer, long version, @Nullable RecordRow previous, int[] newSpaces) {
    if (previous == null || previous.spaces.length == 0) {
      writer.varint(newSpaces.length);
      for (int space : newSpaces) {
        writer.varint(space).varint(0);
      }
      return;
    }
    int[] all = merged(previous.spaces, newSpaces);
    writer.varint(all.length);
    for (int space : all) {
      boolean written = Arrays.binarySearch(newSpaces, space) >= 0;
      writer.varint(space).varint(written ? 0 : version - previous.embeddingVersion(space));
    }
  }

  private static int[] merged(int[] left, int[] right) {
    int[] all = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, all, left.length, right.length);
    return Arrays.stream(all).sorted().distinct().toArray();
  }

  /** The bytes of this row. */
  public byte[] toByteArray() {
    return offset == 0 ? bytes : Arrays.copyOfRange(bytes, offset, bytes.length);
  }

  /** Whether this is a tombstone. */
  public boolean isTombstone() {
    return (flags & TOMBSTONE) != 0;
  }

  /** The version of the last write. */
  public long version() {
    return version;
  }

  /** The commit time of that version. */
  public long timeMicros() {
    return timeMicros;
  }

  /** Whether there is a value. */
  public boolean hasValue() {
    return (flags & (JSON | BYTES)) != 0;
  }

  /** Whether metadata were written. */
  public boolean hasMetadata() {
    return (flags & METADATA) != 0;
  }

  /** The version of the value, 0 without. */
  public long valueVersion() {
    return valueVersion;
  }

  /** The version of the metadata, 0 without. */
  public long metadataVersion() {
    return metadataVersion;
  }

  /** When the record expires, or {@link #NEVER}. */
  public long expiresAtMicros() {
    return expiresAtMicros;
  }

  /** Whether the record is expired at an instant. */
  public boolean isExpired(long atMicros) {
    return expiresAtMicros != NEVER && expiresAtMicros <= atMicros;
  }

  /** Ids of the embedding spaces, ascending; not to be changed. */
  public int[] spaces() {
    return spaces;
  }

  /** The version of the embedding in a space, 0 without. */
  public long embeddingVersion(int space) {
    int index = Arrays.binarySearch(spaces, space);
    return index < 0 ? 0 : spaceVersions[index];
  }

  /** The metadata, empty without. */
  public Metadata metadata() {
    return hasMetadata()
        ? MetadataCodec.decode(bytes, metadataOffset, metadataOffset + metadataLength)
        : Metadata.EMPTY;
  }

  /** The value, or null without. */
  public @Nullable Value value() {
    if ((flags & JSON) != 0) {
      return Value.Json.ofStored(bytes, valueOffset);
    }
    if ((flags & BYTES) != 0) {
      ByteReader reader = new ByteReader(bytes, valueOffset);
      int size = reader.size();
      String mediaType = new String(bytes, reader.position(), size, StandardCharsets.UTF_8);
      reader.skip(size);
      return Value.Bytes.ofStored(bytes, reader.position(), mediaType);
    }
    return null;
  }
}
