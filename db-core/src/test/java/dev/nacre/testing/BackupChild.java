package dev.nacre.testing;

import dev.nacre.maintain.BackupRequest;
import dev.nacre.model.Durability;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** The process that is killed while it makes backups, one after another. */
public final class BackupChild {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private BackupChild() {}

  /** Says {@code backup VERSION} before each one, VERSION acknowledged, and {@code made} after. */
  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    Path backups = Path.of(arguments[1]);
    String life = arguments[2];
    try (Store store =
        Store.open(
            StoreOptions.in(directory)
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20))) {
      for (int i = 0; ; i++) {
        long version = 0;
        for (int n = 0; n < 10; n++) {
          version =
              store
                  .commit(CrashBatches.batch(life + "-" + i + "-" + n), Durability.SYNC, TIMEOUT)
                  .join()
                  .version();
        }
        System.out.println(ChildJvm.MARK + "backup " + version);
        var _ = BackupWriter.run(store, BackupRequest.to(backups), Clock.systemUTC(), () -> false);
        System.out.println(ChildJvm.MARK + "made " + version);
      }
    }
  }
}
