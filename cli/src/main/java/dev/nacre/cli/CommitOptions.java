package dev.nacre.cli;

import dev.nacre.model.CommitAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a commit says of itself. */
final class CommitOptions {
  @Option(names = "--actor", paramLabel = "WHO", description = "Who writes; kept with the commit.")
  private @Nullable String actor;

  @Option(
      names = "--source",
      paramLabel = "WHENCE",
      description = "Where it comes from; kept with the commit.")
  private @Nullable String source;

  CommitOptions() {}

  CommitAttributes attributes() {
    return new CommitAttributes(actor, source, null, Map.of());
  }
}
