package dev.nacre.store.maintain;

import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.store.layout.OwnerFile;
import java.nio.file.Path;
import java.util.Optional;

/** Who has a directory open. Stateless. */
public final class Owners {
  private Owners() {}

  /** The living owner of a directory; one on another host is taken for living. */
  public static Optional<DirectoryOwner> of(Path directory) {
    return OwnerFile.living(directory);
  }
}
