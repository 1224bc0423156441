package dev.nacre.store.verify;

import dev.nacre.maintain.Problem;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Checks the derived indexes of a directory: given by the modules that make them. */
@FunctionalInterface
public interface ViewCheck {
  /** Where there are none. */
  ViewCheck NONE = (index, lineage, version, sink) -> 0;

  /**
   * Reads every index.
   *
   * @param index the directory of derived indexes
   * @param lineage of the store
   * @param version the newest version of the store
   * @param sink is told what is wrong
   * @return how many files were read
   */
  long check(Path index, String lineage, long version, Consumer<Problem> sink);
}
