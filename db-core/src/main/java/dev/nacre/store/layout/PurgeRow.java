package dev.nacre.store.layout;

import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRecord;
import org.jspecify.annotations.Nullable;

/**
 * What {@code meta} keeps of a purge, under the time of its commit.
 *
 * <pre>
 *   state u8       1 rows are being erased, 2 files are being rewritten, 3 done
 *   kind u8        1 key, 2 prefix, 3 namespace
 *   version u64 | time i64 micros | completed i64 micros (state 3)
 *   namespaces varint | id varint *
 *   namespace text | flags u8 | actor text (1) | reason text (2)
 *   records, versions, vectors, past vectors, changes, expiries, files rewritten: varint each
 *   key            to the end, in state 1 only: afterwards nobody needs it
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record PurgeRow(
    State state,
    long version,
    long timeMicros,
    long completedMicros,
    int[] namespaces,
    String namespace,
    @Nullable String actor,
    @Nullable String reason,
    ErasedRows erased,
    long filesRewritten,
    PurgeTarget target) {

  /** How far it has come. */
  public enum State {
    /** Nothing of it can be read; its rows are being erased. */
    ERASING(1),
    /** Its rows are gone, and its key from this row; files are being rewritten. */
    REWRITING(2),
    /** Nothing is left. */
    DONE(3);

    private final int code;

    State(int code) {
      this.code = code;
    }
  }

  /** The key in {@code meta}. */
  public byte[] key() {
    return Keys.purge(timeMicros);
  }

  /** The same, further on. */
  public PurgeRow with(State next, ErasedRows rows, long files, long completed) {
    return new PurgeRow(
        next,
        version,
        timeMicros,
        completed,
        namespaces,
        namespace,
        actor,
        reason,
        rows,
        files,
        next == State.ERASING ? target : new PurgeTarget(target.kind(), new byte[0]));
  }

  /** The same, of a commit that a restore has taken back. */
  public PurgeRow withoutVersion() {
    return new PurgeRow(
        state,
        0,
        timeMicros,
        completedMicros,
        namespaces,
        namespace,
        actor,
        reason,
        erased,
        filesRewritten,
        target);
  }

  /** The bytes. */
  public byte[] encode() {
    ByteWriter writer =
        new ByteWriter(96 + target.bytes().length)
            .u8(state.code)
            .u8(code(target.kind()))
            .u64(version)
            .u64(timeMicros);
    if (state == State.DONE) {
      writer.u64(completedMicros);
    }
    writer.varint(namespaces.length);
    for (int id : namespaces) {
      writer.varint(id);
    }
    writer.text(namespace).u8((actor == null ? 0 : 1) | (reason == null ? 0 : 2));
    if (actor != null) {
      writer.text(actor);
    }
    if (reason != null) {
      writer.text(reason);
    }
    return writer
        .varint(erased.records())
        .varint(erased.versions())
        .varint(erased.vectors())
        .varint(erased.pastVectors())
        .varint(erased.changes())
        .varint(erased.expiries())
        .varint(filesRewritten)
        .raw(state == State.ERASING ? target.bytes() : new byte[0])
        .toByteArray();
  }

  /** The purge in {@code bytes}. */
  public static PurgeRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    State state = state(reader.u8());
    PurgeKind kind = kind(reader.u8());
    long version = reader.u64();
    long timeMicros = reader.u64();
    long completed = state == State.DONE ? reader.u64() : 0;
    int[] namespaces = new int[reader.countOfItems()];
    for (int i = 0; i < namespaces.length; i++) {
      namespaces[i] = (int) reader.varint();
    }
    String namespace = reader.text();
    int flags = reader.u8();
    @Nullable String actor = (flags & 1) == 0 ? null : reader.text();
    @Nullable String reason = (flags & 2) == 0 ? null : reader.text();
    ErasedRows erased =
        new ErasedRows(
            reader.varint(),
            reader.varint(),
            reader.varint(),
            reader.varint(),
            reader.varint(),
            reader.varint());
    long files = reader.varint();
    return new PurgeRow(
        state,
        version,
        timeMicros,
        completed,
        namespaces,
        namespace,
        actor,
        reason,
        erased,
        files,
        new PurgeTarget(kind, reader.raw(reader.remaining())));
  }

  /** What callers are told of it. */
  public PurgeRecord toRecord() {
    return new PurgeRecord(
        version,
        Micros.toInstant(timeMicros),
        namespace,
        target.kind(),
        actor,
        reason,
        erased,
        filesRewritten,
        state == State.DONE ? Micros.toInstant(completedMicros) : null);
  }

  private static State state(int code) {
    for (State state : State.values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw ByteReader.damaged("a purge in unknown state " + code);
  }

  /** Not the ordinal: the order of the enum may change, stored bytes may not. */
  private static int code(PurgeKind kind) {
    return switch (kind) {
      case KEY -> 1;
      case PREFIX -> 2;
      case NAMESPACE -> 3;
    };
  }

  private static PurgeKind kind(int code) {
    return switch (code) {
      case 1 -> PurgeKind.KEY;
      case 2 -> PurgeKind.PREFIX;
      case 3 -> PurgeKind.NAMESPACE;
      default -> throw ByteReader.damaged("a purge of unknown kind " + code);
    };
  }
}
