package dev.nacre.cli;

import dev.nacre.model.AsOf;
import picocli.CommandLine.Option;

/** {@code --as-of}. */
final class AsOfOption {
  @Option(
      names = "--as-of",
      paramLabel = "MOMENT",
      converter = AsOfConverter.class,
      description =
          "As it was: a version (42), an instant (2026-01-31T12:00:00Z) or a day (2026-01-31, its "
              + "first moment in UTC).")
  private AsOf moment = AsOf.now();

  AsOfOption() {}

  AsOf moment() {
    return moment;
  }
}
