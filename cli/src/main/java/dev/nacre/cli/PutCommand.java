package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.EmbedRequest;
import dev.nacre.PutRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.model.Commit;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import dev.nacre.rag.Embedders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nacre put}. */
@Command(
    name = "put",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Writes the parts of a record that are named, and keeps the others: its value, its metadata,",
      "an embedding. Creates the record, the namespace and the database when there are none.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre put memory notes n1 '{\"drinks\":\"tea\"}' --metadata '{\"who\":\"ada\"}'",
      "  echo 'Ada drinks tea' | nacre put memory notes n2 - --text --embed 'Ada drinks tea'"
    })
final class PutCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(
      index = "3",
      arity = "0..1",
      paramLabel = "VALUE",
      description =
          "The value, a JSON document unless an option says otherwise; - reads it from standard input.")
  private @Nullable String value;

  @Option(names = "--file", paramLabel = "FILE", description = "Read the value from a file.")
  private @Nullable Path file;

  @ArgGroup private @Nullable Kind kind;

  /** How a value is to be taken. */
  static final class Kind {
    @Option(names = "--text", description = "The value is plain text.")
    private boolean text;

    @Option(
        names = "--media-type",
        paramLabel = "TYPE",
        description = "The value is bytes of that media type.")
    private @Nullable String mediaType;

    Kind() {}
  }

  @Option(names = "--metadata", paramLabel = "JSON", description = "The metadata, a flat object.")
  private @Nullable String metadata;

  @ArgGroup private @Nullable Meaning meaning;

  /** What is embedded. */
  static final class Meaning {
    @Option(
        names = "--vector",
        paramLabel = "JSON",
        description = "An embedding, a list of numbers.")
    private @Nullable String vector;

    @Option(
        names = "--embed",
        paramLabel = "TEXT",
        description = "A text to embed, by the model inside (all-MiniLM-L6-v2).")
    private @Nullable String text;

    Meaning() {}
  }

  @Option(
      names = "--space",
      paramLabel = "NAME",
      defaultValue = EmbeddingSpace.DEFAULT_NAME,
      description = "The embedding space of --vector; default: ${DEFAULT-VALUE}.")
  private String space = EmbeddingSpace.DEFAULT_NAME;

  @ArgGroup private @Nullable Expiry expiry;

  /** When it expires. */
  static final class Expiry {
    @Option(names = "--expires-at", paramLabel = "INSTANT", description = "When it expires.")
    private @Nullable Instant at;

    @Option(
        names = "--expires-in",
        paramLabel = "DURATION",
        description = "How long after this commit it expires, as in PT1H or P30D.")
    private @Nullable Duration after;

    @Option(names = "--expires-never", description = "It does not expire.")
    private boolean never;

    Expiry() {}
  }

  @ArgGroup private @Nullable Condition condition;

  /** What must hold. */
  static final class Condition {
    @Option(
        names = "--if-version",
        paramLabel = "VERSION",
        description = "Only when the record is at that version.")
    private @Nullable Long version;

    @Option(names = "--if-absent", description = "Only when there is no such record.")
    private boolean absent;

    Condition() {}
  }

  @Mixin private CommitOptions commit = new CommitOptions();

  @Spec private @Nullable CommandSpec spec;

  PutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Value written = value();
    Metadata fields = metadata == null ? null : Json.metadata(metadata);
    String vector = meaning == null ? null : meaning.vector;
    String text = meaning == null ? null : meaning.text;
    Embedding embedding = vector == null ? null : embedding(vector);
    if (written == null && embedding == null && text == null) {
      throw usage("name a VALUE, a --file, a --vector or a text to --embed");
    }
    try (Embedder embedder = text == null ? null : Embedders.miniLm();
        Database database = openToWrite(embedder)) {
      Commit made =
          Await.of(
              written != null
                  ? database.put(put(written, fields, embedding, text))
                  : database.embed(embed(fields, embedding, text)));
      answer(Json.of(made), "version " + made.version() + ", committed at " + made.committedAt());
      return ExitCode.OK;
    }
  }

  private PutRequest put(
      Value written,
      @Nullable Metadata fields,
      @Nullable Embedding embedding,
      @Nullable String text) {
    PutRequest request =
        PutRequest.of(namespace, key, written)
            .withExpiry(expiry())
            .withCondition(condition())
            .withAttributes(commit.attributes());
    if (fields != null) {
      request = request.withMetadata(fields);
    }
    if (embedding != null) {
      request = request.withEmbedding(embedding);
    }
    return text == null ? request : request.withEmbedText(text);
  }

  private EmbedRequest embed(
      @Nullable Metadata fields, @Nullable Embedding embedding, @Nullable String text) {
    EmbedRequest request =
        (embedding != null
                ? EmbedRequest.of(namespace, key, embedding)
                : EmbedRequest.text(namespace, key, text == null ? "" : text))
            .withExpiry(expiry())
            .withCondition(condition())
            .withAttributes(commit.attributes());
    return fields == null ? request : request.withMetadata(fields);
  }

  private @Nullable Value value() throws IOException {
    if (value != null && file != null) {
      throw usage("VALUE and --file are both given");
    }
    byte[] bytes;
    if (file != null) {
      bytes = Files.readAllBytes(file);
    } else if (value == null) {
      return null;
    } else if (value.equals("-")) {
      bytes = terminal().in().readAllBytes();
    } else {
      bytes = value.getBytes(StandardCharsets.UTF_8);
    }
    Kind how = kind;
    if (how != null && how.mediaType != null) {
      return Value.bytes(bytes, how.mediaType);
    }
    String text = Utf8.decode(bytes, "the value");
    return how != null && how.text ? Value.text(text) : Value.json(text);
  }

  /** In the space as it is fixed, or a new cosine space. */
  private Embedding embedding(String vector) throws InterruptedException {
    float[] components = Json.vector(vector);
    if (!Files.exists(directory().resolve("FORMAT"))) {
      return Embedding.of(EmbeddingSpace.of(space, components.length), components);
    }
    try (Database database = openAgain(null)) {
      EmbeddingSpace fixed =
          Await.of(database.namespaces()).stream()
              .filter(known -> known.name().equals(namespace))
              .flatMap(known -> known.spaces().stream())
              .filter(known -> known.name().equals(space))
              .findFirst()
              .orElse(EmbeddingSpace.of(space, components.length));
      return Embedding.of(fixed, components);
    }
  }

  private Write.Expiry expiry() {
    Expiry given = expiry;
    if (given == null) {
      return Write.Expiry.Unchanged.UNCHANGED;
    }
    if (given.never) {
      return Write.Expiry.Never.NEVER;
    }
    return given.at != null
        ? new Write.Expiry.At(given.at)
        : new Write.Expiry.After(Objects.requireNonNull(given.after));
  }

  private WriteCondition condition() {
    Condition given = condition;
    if (given == null) {
      return WriteCondition.none();
    }
    return given.absent
        ? WriteCondition.ifAbsent()
        : WriteCondition.ifVersion(Objects.requireNonNull(given.version));
  }

  private ParameterException usage(String what) {
    if (spec == null) {
      throw new IllegalStateException("picocli has set no spec");
    }
    return new ParameterException(spec.commandLine(), what);
  }
}
