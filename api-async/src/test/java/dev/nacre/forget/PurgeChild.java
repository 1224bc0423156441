package dev.nacre.forget;

import static dev.nacre.testing.Futures.await;

import dev.nacre.Database;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.testing.ChildJvm;
import java.nio.file.Path;

/** Opens a database and purges a key of it, beside writing others; to be killed meanwhile. */
final class PurgeChild {
  private PurgeChild() {}

  /** Arguments: the directory, the kind, the key. */
  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    PurgeRequest request =
        new PurgeRequest(
            CanaryWorld.NAMESPACE,
            PurgeKind.valueOf(arguments[1]),
            arguments[1].equals("NAMESPACE") ? "" : arguments[2],
            "ada",
            null);
    try (Database db = CanaryWorld.open(directory)) {
      // What a search has loaded has to be forgotten, too.
      int _ = CanaryWorld.search(db);
      System.out.println(ChildJvm.MARK + "purging");
      var purging = db.purge(request);
      for (int i = 0; !purging.isDone(); i++) {
        CanaryWorld.other(db, i % 50, i);
      }
      System.out.println(ChildJvm.MARK + "purged " + await(purging).purge().version());
    }
    System.out.println(ChildJvm.MARK + "closed");
  }
}
