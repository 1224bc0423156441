package dev.nacre.store.layout;

import java.io.IOException;
import java.nio.file.Path;

/** A process that owns a directory until it is killed or its input ends. */
public final class LockHolder {
  private LockHolder() {}

  /** The directory is the only argument. */
  public static void main(String[] args) throws IOException {
    try (StoreDirectory directory = StoreDirectory.open(Path.of(args[0]), false)) {
      System.out.println("locked " + directory.databaseId());
      int end = System.in.read();
      System.out.println("ends " + end);
    }
  }
}
