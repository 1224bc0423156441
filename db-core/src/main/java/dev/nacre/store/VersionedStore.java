package dev.nacre.store;

/** Opens stores. */
final class VersionedStore {
  private VersionedStore() {}

  @SuppressWarnings("DoNotCallSuggester")
  static Store open(StoreOptions options) {
    throw new IllegalStateException("being written: " + options);
  }
}
