package dev.nacre.store.rocks;

/** Bytes under a valid checksum are not what RocksDB writes. */
final class MalformedRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedRecordException(String message) {
    super(message);
  }
}
