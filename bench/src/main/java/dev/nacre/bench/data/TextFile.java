package dev.nacre.bench.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The collection of texts: one JSON object a line, as {@code make_texts.py} writes them. */
public final class TextFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SHUFFLE_SEED = 20_261_101;

  private TextFile() {}

  /** Every text, in an order that depends on nothing but the file: shuffled with a fixed seed. */
  public static List<TextRow> shuffled(Path file) throws IOException {
    List<TextRow> rows = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(TextRow.of(JSON.readTree(line)));
      }
    }
    Collections.shuffle(rows, new Random(SHUFFLE_SEED));
    return rows;
  }

  /**
   * The texts of {@code ids}, in their order.
   *
   * @throws IOException when one is not in the file: it was made anew since they were embedded
   */
  public static List<TextRow> rows(Path file, List<String> ids) throws IOException {
    Set<String> wanted = new HashSet<>(ids);
    Map<String, TextRow> found = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        TextRow row = TextRow.of(JSON.readTree(line));
        if (wanted.contains(row.id())) {
          found.put(row.id(), row);
        }
      }
    }
    List<TextRow> rows = new ArrayList<>(ids.size());
    for (String id : ids) {
      TextRow row = found.get(id);
      if (row == null) {
        throw new IOException(
            file + " has no text \"" + id + "\" but the vectors do; delete both and prepare again");
      }
      rows.add(row);
    }
    return rows;
  }
}
