package dev.nacre.cli;

import dev.nacre.Database;
import java.io.IOException;
import java.nio.file.Path;

/** Holds a database open until its standard input ends: run as a process of its own. */
final class DirectoryHolder {
  private DirectoryHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (Database database = Database.open(Path.of(arguments[0]))) {
      System.out.println("open, " + database.namespaces().join().size() + " namespaces");
      // Whatever comes is not looked at; its end is what is waited for.
      byte[] _ = System.in.readAllBytes();
    }
  }
}
