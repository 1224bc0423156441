package dev.nacre.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {
  @TempDir private Path folder;

  private final Vectors vectors =
      new Vectors(3, List.of("a", "ü"), new float[][] {{1, -2.5f, 3e-9f}, {0, 4, 5}});

  @Test
  void read_afterWrite_isTheSame() throws IOException {
    Path file = folder.resolve("some.vec");
    VectorFile.write(file, vectors);

    Vectors read = VectorFile.read(file);

    assertEquals(vectors.keys(), read.keys());
    assertEquals(3, read.dimension());
    assertArrayEquals(vectors.rows(), read.rows());
  }

  @Test
  void read_tornOrForeign_isRefusedByName() throws IOException {
    Path file = folder.resolve("some.vec");
    VectorFile.write(file, vectors);
    byte[] whole = Files.readAllBytes(file);

    Path _ = Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    IOException torn = assertThrows(IOException.class, () -> VectorFile.read(file));
    assertTrue(String.valueOf(torn.getMessage()).contains("some.vec"), torn::getMessage);

    whole[0]++;
    Path _ = Files.write(file, whole);
    IOException foreign = assertThrows(IOException.class, () -> VectorFile.read(file));
    assertTrue(String.valueOf(foreign.getMessage()).contains("some.vec"), foreign::getMessage);
  }
}
