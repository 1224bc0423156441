package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code nacre configure}. */
@Command(
    name = "configure",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Changes the options of a namespace that are named, keeps the others, and creates the namespace",
      "when there is none. Without options it shows those of a namespace that is there.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre configure memory notes --time-to-live P30D",
      "  nacre configure memory notes --retention 30d",
      "  nacre configure memory notes --field 'author=$.author.name' --field 'tags=$.tags[*]'",
      "  nacre configure memory notes --space clip:512:cosine:clip-vit-b32"
    })
final class ConfigureCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @ArgGroup private @Nullable Expiry expiry;

  /** When records expire. */
  static final class Expiry {
    @Option(
        names = "--time-to-live",
        paramLabel = "DURATION",
        description = "How long after a write of its value a record expires, as in PT1H or P30D.")
    private @Nullable Duration timeToLive;

    @Option(names = "--no-time-to-live", description = "Records do not expire by themselves.")
    private boolean never;

    Expiry() {}
  }

  @Option(
      names = "--space",
      paramLabel = "NAME:DIMENSION[:METRIC[:MODEL]]",
      converter = SpaceConverter.class,
      description =
          "Declare an embedding space; METRIC is cosine (default), dot or euclidean. May be repeated. A "
              + "space that is there cannot be changed.")
  private List<EmbeddingSpace> spaces = List.of();

  @Option(
      names = "--retention",
      paramLabel = "all|last:N|DURATION",
      converter = RetentionConverter.class,
      description =
          "How much history is kept: all (the default of a namespace), the last N versions of each "
              + "record, or as long as in 30d, 12h or P30D. What is not kept is dropped in the background.")
  private @Nullable Retention retention;

  @Option(
      names = "--field",
      paramLabel = "NAME=PATH",
      converter = FieldConverter.class,
      description =
          "Declare a part of JSON values that filters see under NAME, as in author=$.author.name or "
              + "tags=$.tags[*]. May be repeated. Without a path, as in author=, it is declared no more.")
  private List<Field> fields = List.of();

  ConfigureCommand(Terminal terminal) {
    super(terminal);
  }

  /** A field to declare, or to declare no more. */
  record Field(String name, @Nullable DeclaredField declared) {}

  /** A declared field as an argument. */
  static final class FieldConverter implements ITypeConverter<Field> {
    FieldConverter() {}

    @Override
    public Field convert(String text) {
      int sign = text.indexOf('=');
      if (sign < 1) {
        throw new TypeConversionException("\"" + text + "\" is not NAME=PATH");
      }
      String name = text.substring(0, sign);
      String path = text.substring(sign + 1);
      try {
        return new Field(name, path.isEmpty() ? null : new DeclaredField(name, path));
      } catch (ValidationException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /** A retention as an argument. */
  static final class RetentionConverter implements ITypeConverter<Retention> {
    RetentionConverter() {}

    @Override
    public Retention convert(String text) {
      try {
        return Retention.parse(text);
      } catch (ValidationException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /** A space as an argument. */
  static final class SpaceConverter implements ITypeConverter<EmbeddingSpace> {
    SpaceConverter() {}

    @Override
    public EmbeddingSpace convert(String text) {
      String[] parts = text.split(":", 4);
      if (parts.length < 2 || !parts[1].matches("\\d{1,9}")) {
        throw new TypeConversionException(
            "\"" + text + "\" is not NAME:DIMENSION[:METRIC[:MODEL]]");
      }
      try {
        return new EmbeddingSpace(
            parts[0],
            Integer.parseInt(parts[1]),
            parts.length < 3 ? Metric.COSINE : Metric.valueOf(parts[2].toUpperCase(Locale.ROOT)),
            parts.length < 4 ? null : parts[3]);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "\"" + parts[2] + "\" is no metric; there are cosine, dot and euclidean");
      }
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openToWrite()) {
      Optional<Namespace> known =
          Await.of(database.namespaces()).stream()
              .filter(one -> one.name().equals(namespace))
              .findFirst();
      if (known.isPresent() && namesNothing()) {
        answer(Json.of(known.get()), NamespacesCommand.text(terminal(), known.get()));
        return ExitCode.OK;
      }
      NamespaceOptions before = known.map(Namespace::options).orElse(NamespaceOptions.DEFAULT);
      List<EmbeddingSpace> declared = new ArrayList<>(before.spaces());
      for (EmbeddingSpace space : spaces) {
        declared.removeIf(one -> one.name().equals(space.name()));
        declared.add(space);
      }
      Commit commit =
          Await.of(
              database.configure(
                  namespace,
                  new NamespaceOptions(
                      declared,
                      timeToLive(before),
                      retention == null ? before.retention() : retention,
                      fields(before))));
      answer(
          Json.of(commit),
          "version " + commit.version() + ", committed at " + commit.committedAt());
      return ExitCode.OK;
    }
  }

  private List<DeclaredField> fields(NamespaceOptions before) {
    List<DeclaredField> declared = new ArrayList<>(before.fields());
    for (Field field : fields) {
      declared.removeIf(known -> known.name().equals(field.name));
      if (field.declared != null) {
        declared.add(field.declared);
      }
    }
    return declared;
  }

  private boolean namesNothing() {
    return expiry == null && spaces.isEmpty() && retention == null && fields.isEmpty();
  }

  private @Nullable Duration timeToLive(NamespaceOptions before) {
    Expiry given = expiry;
    if (given == null) {
      return before.timeToLive();
    }
    return given.never ? null : given.timeToLive;
  }
}
