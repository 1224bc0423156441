package dev.nacre.store.layout;

import dev.nacre.error.ValidationException;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values of the registry in {@code meta}.
 *
 * <pre>
 *   namespace  created u64 | deleted u64 (max: live) | name text
 *   space      created u64 | dimension varint | metric u8 | model? u8 text | name text
 *   options    ttl? u8 seconds varint nanos varint | spaces varint | (created 0, as above)*
 *              | retention: none (all), 0 u8 (all), 1 u8 count varint, 2 u8 seconds varint nanos varint
 *              | fields: none, or count varint (name text | path text)*
 * </pre>
 */
public final class RegistryRows {
  private RegistryRows() {}

  /** A namespace: name and interval of versions. */
  public record NamespaceRow(String name, long createdVersion, long deletedVersion) {
    /** The bytes. */
    public byte[] encode() {
      return new ByteWriter(20 + name.length())
          .u64(createdVersion)
          .u64(deletedVersion)
          .text(name)
          .toByteArray();
    }

    /** The namespace in {@code bytes}. */
    public static NamespaceRow parse(byte[] bytes) {
      ByteReader reader = new ByteReader(bytes, 0);
      long created = reader.u64();
      long deleted = reader.u64();
      return new NamespaceRow(reader.text(), created, deleted);
    }
  }

  /** A space: definition and the version that fixed it. */
  public record SpaceRow(EmbeddingSpace space, long createdVersion) {
    /** The bytes. */
    public byte[] encode() {
      ByteWriter writer = new ByteWriter(48);
      write(writer, this);
      return writer.toByteArray();
    }

    /** The space in {@code bytes}. */
    public static SpaceRow parse(byte[] bytes) {
      return read(new ByteReader(bytes, 0));
    }
  }

  /** The bytes of options. */
  public static byte[] encode(NamespaceOptions options) {
    ByteWriter writer = new ByteWriter(64);
    Duration timeToLive = options.timeToLive();
    if (timeToLive == null) {
      writer.u8(0);
    } else {
      writer.u8(1).varint(timeToLive.getSeconds()).varint(timeToLive.getNano());
    }
    writer.varint(options.spaces().size());
    for (EmbeddingSpace space : options.spaces()) {
      write(writer, new SpaceRow(space, 0));
    }
    switch (options.retention()) {
      case Retention.All _ -> {
        // As options were written before there was a retention, when nothing follows.
        if (!options.fields().isEmpty()) {
          writer.u8(0);
        }
      }
      case Retention.LastVersions last -> writer.u8(1).varint(last.count());
      case Retention.Lasting lasting -> {
        Duration duration = lasting.duration();
        writer.u8(2).varint(duration.getSeconds()).varint(duration.getNano());
      }
    }
    if (!options.fields().isEmpty()) {
      writer.varint(options.fields().size());
      for (DeclaredField field : options.fields()) {
        writer.text(field.name()).text(field.path());
      }
    }
    return writer.toByteArray();
  }

  /** The options in {@code bytes}. */
  public static NamespaceOptions parseOptions(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    @Nullable Duration timeToLive = null;
    if (reader.u8() == 1) {
      long seconds = reader.varint();
      timeToLive = Duration.ofSeconds(seconds, reader.varint());
    }
    List<EmbeddingSpace> spaces = new ArrayList<>();
    for (int i = reader.count(); i > 0; i--) {
      spaces.add(read(reader).space());
    }
    Retention retention = retention(reader);
    return new NamespaceOptions(spaces, timeToLive, retention, fields(reader));
  }

  private static List<DeclaredField> fields(ByteReader reader) {
    List<DeclaredField> fields = new ArrayList<>();
    if (reader.remaining() > 0) {
      for (int i = reader.count(); i > 0; i--) {
        fields.add(field(reader.text(), reader.text()));
      }
    }
    return fields;
  }

  private static DeclaredField field(String name, String path) {
    try {
      return new DeclaredField(name, path);
    } catch (ValidationException e) {
      throw ByteReader.damaged("a declared field: " + e.getMessage());
    }
  }

  private static Retention retention(ByteReader reader) {
    if (reader.remaining() == 0) {
      return Retention.all();
    }
    int kind = reader.u8();
    return switch (kind) {
      case 0 -> Retention.all();
      case 1 -> Retention.lastVersions(reader.count());
      case 2 -> {
        long seconds = reader.varint();
        yield Retention.duration(Duration.ofSeconds(seconds, reader.varint()));
      }
      default -> throw ByteReader.damaged("a retention of unknown kind " + kind);
    };
  }

  private static void write(ByteWriter writer, SpaceRow row) {
    EmbeddingSpace space = row.space();
    writer.u64(row.createdVersion()).varint(space.dimension()).u8(code(space.metric()));
    String model = space.model();
    if (model == null) {
      writer.u8(0);
    } else {
      writer.u8(1).text(model);
    }
    writer.text(space.name());
  }

  private static SpaceRow read(ByteReader reader) {
    long created = reader.u64();
    int dimension = reader.count();
    Metric metric = metric(reader.u8());
    @Nullable String model = reader.u8() == 0 ? null : reader.text();
    return new SpaceRow(new EmbeddingSpace(reader.text(), dimension, metric, model), created);
  }

  /** Not the ordinal: the order of the enum may change, stored bytes may not. */
  private static int code(Metric metric) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> 2;
      case EUCLIDEAN -> 3;
    };
  }

  private static Metric metric(int code) {
    return switch (code) {
      case 1 -> Metric.COSINE;
      case 2 -> Metric.DOT;
      case 3 -> Metric.EUCLIDEAN;
      default -> throw ByteReader.damaged("a metric of unknown code " + code);
    };
  }
}
