package dev.nacre.similarity.device;

import dev.nacre.error.UnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Map;

/** Finds driver libraries. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * The first of {@code names} that can be loaded; it stays loaded.
   *
   * @param provider whose library it is, for the error
   * @param names file names or paths, tried in order
   * @param remedy what to install, for the error
   * @throws UnavailableException when there is none; the message names every one that was tried
   */
  public static SymbolLookup open(String provider, List<String> names, String remedy) {
    UnavailableException missing =
        new UnavailableException(
            "similarity provider \""
                + provider
                + "\" is forced but its library cannot be loaded: "
                + String.join(", ", names)
                + "; "
                + remedy,
            Map.of("provider", provider, "library", names.getFirst()));
    for (String name : names) {
      try {
        return SymbolLookup.libraryLookup(name, Arena.global());
      } catch (IllegalArgumentException e) {
        // What the loader says tells a file that is missing from one that cannot be used.
        missing.addSuppressed(e);
      }
    }
    throw missing;
  }
}
