package dev.nacre.store;

import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.CompactReport;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.nio.file.Path;
import java.util.Map;

/** What is done to an open store now and then. Stateless. */
final class StoreMaintenance {
  private StoreMaintenance() {}

  static void checkpoint(OpenStore parts, StoreOptions options, Path target) {
    refuseUnlessOwned(options, "a checkpoint");
    if (options.directory() == null) {
      throw new UnavailableException(
          "a store in memory has no files to make a checkpoint of; export it instead",
          Map.of("outcome", "none"));
    }
    options.probe().beforeWrite();
    try {
      parts.engine().checkpoint(target);
    } catch (StorageFailure e) {
      throw failed("a checkpoint", e);
    }
  }

  static CompactReport compact(OpenStore parts, StoreOptions options) {
    refuseUnlessOwned(options, "compacting");
    options.probe().beforeWrite();
    RocksEngine engine = parts.engine();
    long before = engine.tableBytes();
    try {
      engine.compact();
      options.probe().reached(StorageProbe.Step.COMPACTED);
    } catch (StorageFailure e) {
      throw failed("compacting", e);
    }
    return new CompactReport(before, engine.tableBytes());
  }

  static void refuseUnlessOwned(StoreOptions options, String what) {
    if (options.readOnly()) {
      throw new UnavailableException(
          what + " needs the owner of the directory, and this store was opened read-only",
          Map.of("outcome", "none"));
    }
  }

  private static RuntimeException failed(String what, StorageFailure cause) {
    if (cause.isDiskFull()) {
      return new ResourceExhaustedException(
          what + " failed, the disk is full: " + cause.getMessage() + "; nothing is lost",
          Map.of("reason", "diskFull", "outcome", "none"),
          cause);
    }
    return new UnavailableException(
        what + " failed: " + cause.getMessage(), Map.of("outcome", "none"), cause);
  }
}
