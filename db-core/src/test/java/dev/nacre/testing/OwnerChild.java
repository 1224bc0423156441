package dev.nacre.testing;

import dev.nacre.store.Store;
import java.io.IOException;
import java.nio.file.Path;

/** A process that owns a directory until it is killed. */
public final class OwnerChild {
  private OwnerChild() {}

  /** Opens the directory, says {@code open}, and waits. */
  public static void main(String[] arguments) throws IOException {
    try (Store _ = Store.open(Path.of(arguments[0]))) {
      ChildJvm.say("open");
      int _ = System.in.read();
    }
  }
}
