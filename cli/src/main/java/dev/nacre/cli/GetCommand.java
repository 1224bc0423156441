package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Prints the value of a record, now or as it was; with --json the whole record. Bytes go to a file",
      "or a pipe as they are. Exit code 1: there is no such record.",
      ""
    })
final class GetCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Mixin private AsOfOption asOf = new AsOfOption();

  @Option(
      names = "--space",
      paramLabel = "NAME",
      description = "With --json: the vector in that embedding space, too. May be repeated.")
  private String[] spaces = {};

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the value into a file, byte for byte.")
  private @Nullable Path output;

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Database database = openToRead()) {
      VersionedRecord record =
          Await.of(
              database.require(
                  GetRequest.of(namespace, key).withAsOf(asOf.moment()).withSpaces(spaces)));
      if (json()) {
        terminal().line(Json.of(record).toString());
        return ExitCode.OK;
      }
      Value value =
          record
              .value()
              .orElseThrow(
                  () ->
                      new KeyNotFoundException(
                          "record \""
                              + Printable.line(key)
                              + "\" has no value, only metadata or embeddings; see --json"));
      if (output != null) {
        Files.write(output, value.toByteArray());
      } else if (value instanceof Value.Bytes bytes && !bytes.mediaType().startsWith("text/")) {
        print(bytes, record);
      } else {
        terminal().line(value.asString());
      }
      return ExitCode.OK;
    }
  }

  /** Bytes are for files and programs; a person is told what they are. */
  private void print(Value.Bytes bytes, VersionedRecord record) throws IOException {
    Optional<OutputStream> stream = terminal().byteStream();
    if (stream.isPresent()) {
      stream.get().write(bytes.toByteArray());
    } else {
      terminal().line(Printable.preview(record) + "; write it into a file with --output");
    }
  }
}
