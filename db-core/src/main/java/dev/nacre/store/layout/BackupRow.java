package dev.nacre.store.layout;

/**
 * That the database was backed up, kept in {@code meta} under a hash of the backup directory.
 *
 * <pre>
 *   version u64      the newest one that a backup there holds
 *   directory text   absolute
 * </pre>
 */
public record BackupRow(long version, String directory) {
  /** The bytes. */
  public byte[] encode() {
    return new ByteWriter(16 + directory.length()).u64(version).text(directory).toByteArray();
  }

  /** The row in {@code bytes}. */
  public static BackupRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    long version = reader.u64();
    return new BackupRow(version, reader.text());
  }
}
