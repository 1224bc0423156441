package dev.nacre.store.maintain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file that makes a backup: written last, in one step; without it there is none.
 *
 * <pre>
 * {
 *   "nacreBackup" : 1,
 *   "id" : "20261121T093000Z-v42", "databaseId" : "…", "lineage" : "…",
 *   "version" : 42, "committedAt" : "…", "createdAt" : "…", "label" : "…",
 *   "newBytes" : 1234,
 *   "files" : [ { "name" : "store/000012.sst", "bytes" : 1234, "sha256" : "…", "tail" : "…" } ]
 * }
 * crc32c 1a2b3c4d
 * </pre>
 *
 * The last line holds the checksum of the bytes before it. A tail is the SHA-256 of a sorted file's
 * last 64 KiB: they hold the ids by which RocksDB itself tells any two sorted files apart, so a
 * file of the same name, size and tail is the same file and need not be read again.
 *
 * @param backup what it says
 * @param tails the tails, by name of the file
 */
record BackupManifest(Backup backup, Map<String, String> tails) {
  static final String SUFFIX = ".backup";
  static final int BYTES_MAX = 256 << 20;

  private static final int FORMAT = 1;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern TEXT =
      Pattern.compile("(.*\n)crc32c ([0-9a-f]{8})\n", Pattern.DOTALL);

  BackupManifest {
    tails = Map.copyOf(tails);
  }

  byte[] encode() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("nacreBackup", FORMAT)
        .put("id", backup.id())
        .put("databaseId", backup.databaseId().toString())
        .put("lineage", backup.lineage())
        .put("version", backup.version())
        .put("committedAt", backup.committedAt().toString())
        .put("createdAt", backup.createdAt().toString());
    if (backup.label() != null) {
      root.put("label", backup.label());
    }
    root.put("newBytes", backup.newBytes());
    ArrayNode files = root.putArray("files");
    for (BackupFile file : backup.files()) {
      ObjectNode node = files.addObject();
      node.put("name", file.name()).put("bytes", file.bytes()).put("sha256", file.sha256());
      String tail = tails.get(file.name());
      if (tail != null) {
        node.put("tail", tail);
      }
    }
    String json;
    try {
      json = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings and numbers can be written", e);
    }
    return (json + "crc32c " + checksum(json) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a manifest.
   *
   * @throws CorruptionException when it is not what was written, naming it
   * @throws FormatException when a newer release wrote it
   */
  static BackupManifest parse(Path file, byte[] bytes) {
    Matcher whole = TEXT.matcher(new String(bytes, StandardCharsets.UTF_8));
    if (!whole.matches() || !checksum(whole.group(1)).equals(whole.group(2))) {
      throw damaged(file, "its checksum is not right", null);
    }
    try {
      return parse(file, MAPPER.readTree(whole.group(1)));
    } catch (JsonProcessingException | DateTimeException | IllegalArgumentException e) {
      throw damaged(file, "it cannot be read", e);
    }
  }

  private static BackupManifest parse(Path file, JsonNode root) {
    int format = root.path("nacreBackup").asInt();
    if (format > FORMAT) {
      throw new FormatException(
          "the backup "
              + file
              + " has format "
              + format
              + ", this release of Nacre reads format "
              + FORMAT
              + "; upgrade Nacre to read it",
          Map.of("file", file.toString(), "format", Integer.toString(format)));
    }
    List<BackupFile> files = new ArrayList<>();
    Map<String, String> tails = new HashMap<>();
    for (JsonNode node : root.path("files")) {
      BackupFile entry =
          new BackupFile(text(node, "name"), node.path("bytes").asLong(), text(node, "sha256"));
      files.add(entry);
      if (node.hasNonNull("tail")) {
        tails.put(entry.name(), text(node, "tail"));
      }
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException("a manifest outside of any directory");
    }
    Backup backup =
        new Backup(
            text(root, "id"),
            directory,
            UUID.fromString(text(root, "databaseId")),
            text(root, "lineage"),
            root.path("version").asLong(),
            Instant.parse(text(root, "committedAt")),
            Instant.parse(text(root, "createdAt")),
            root.hasNonNull("label") ? text(root, "label") : null,
            root.path("newBytes").asLong(),
            files);
    return new BackupManifest(backup, tails);
  }

  private static String text(JsonNode node, String name) {
    JsonNode field = node.path(name);
    if (!field.isTextual()) {
      throw new IllegalArgumentException("no text \"" + name + "\"");
    }
    return field.textValue();
  }

  private static CorruptionException damaged(Path file, String what, @Nullable Exception cause) {
    String message =
        "the manifest "
            + file
            + " is damaged: "
            + what
            + "; its backup cannot be restored, the others in the directory can, by their ids";
    Map<String, String> details = Map.of("file", file.toString());
    return cause == null
        ? new CorruptionException(message, details)
        : new CorruptionException(message, details, cause);
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
