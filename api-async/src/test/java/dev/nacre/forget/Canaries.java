package dev.nacre.forget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * Random bytes that nothing else has, and a search for them in every file of a directory: in its
 * raw bytes, and in the decoded entries of every sorted file.
 */
final class Canaries {
  private static final int BYTES = 24;

  private final Random random;
  private final Map<String, byte[]> patterns = new LinkedHashMap<>();

  Canaries(long seed) {
    random = new Random(seed);
  }

  /** A text to be written as {@code what}. */
  String text(String what) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < BYTES; i++) {
      text.append((char) ('A' + random.nextInt(58)));
    }
    // Neither a quote nor a backslash: in JSON it looks the same.
    String canary = text.toString().replace('\\', 'q');
    patterns.put(what, canary.getBytes(StandardCharsets.UTF_8));
    return canary;
  }

  /** A vector, recognised by its components. */
  float[] vector(String what) {
    float[] vector = new float[BYTES / Float.BYTES];
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = 1 + random.nextFloat();
      bytes.putFloat(vector[i]);
    }
    patterns.put(what, bytes.array());
    return vector;
  }

  /** Where each is found: files relative to the directory. */
  Map<String, Set<String>> findIn(Path directory) throws IOException {
    Map<String, Set<String>> found = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = directory.relativize(file).toString();
      byte[] bytes;
      try {
        bytes = Files.readAllBytes(file);
      } catch (java.nio.file.NoSuchFileException _) {
        // Deleted since it was listed.
        continue;
      }
      note(found, name, bytes);
      if (name.endsWith(".sst")) {
        entries(found, name + " (decoded)", file);
      }
    }
    return found;
  }

  private void entries(Map<String, Set<String>> found, String name, Path table) {
    try (Options options = new Options();
        ReadOptions reading = new ReadOptions();
        SstFileReader reader = new SstFileReader(options)) {
      reader.open(table.toString());
      try (SstFileReaderIterator entries = reader.newIterator(reading)) {
        for (entries.seekToFirst(); entries.isValid(); entries.next()) {
          note(found, name, entries.key());
          note(found, name, entries.value());
        }
        entries.status();
      }
    } catch (RocksDBException e) {
      throw new AssertionError(table.toString(), e);
    }
  }

  private void note(Map<String, Set<String>> found, String place, byte[] bytes) {
    patterns.forEach(
        (what, pattern) -> {
          if (contains(bytes, pattern)) {
            found.computeIfAbsent(what, _ -> new TreeSet<>()).add(place);
          }
        });
  }

  private static boolean contains(byte[] bytes, byte[] pattern) {
    int last = bytes.length - pattern.length;
    for (int i = 0; i <= last; i++) {
      if (bytes[i] == pattern[0]
          && Arrays.equals(bytes, i, i + pattern.length, pattern, 0, pattern.length)) {
        return true;
      }
    }
    return false;
  }

  /** What was made so far. */
  List<String> all() {
    return List.copyOf(patterns.keySet());
  }
}
