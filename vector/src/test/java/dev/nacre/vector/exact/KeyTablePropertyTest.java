package dev.nacre.vector.exact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** The key table against a hash map. */
class KeyTablePropertyTest {
  private static byte[] utf8(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  @Property(tries = 100)
  void add_anyKeys_sameNumbersAsAMap(@ForAll List<@StringLength(min = 1, max = 300) String> keys) {
    KeyTable table = new KeyTable();
    Map<String, Integer> model = new HashMap<>();
    for (String key : keys) {
      String clean = new String(utf8(key), StandardCharsets.UTF_8);
      int expected = model.computeIfAbsent(clean, k -> model.size());
      assertEquals(expected, table.add(utf8(clean)));
    }
    assertEquals(model.size(), table.size());
    model.forEach(
        (key, id) -> {
          assertEquals(id, table.find(utf8(key)));
          assertEquals(key, table.key(id));
          assertArrayEquals(utf8(key), table.bytes(id));
        });
    assertEquals(KeyTable.NONE, table.find(utf8("x".repeat(301))));
  }

  @Property(tries = 20)
  void compare_anyTwo_bytewise(@ForAll @IntRange(min = 2, max = 60) int count, @ForAll long seed) {
    Random random = new Random(seed);
    KeyTable table = new KeyTable();
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[1 + random.nextInt(4)];
      random.nextBytes(key);
      if (table.add(key) == keys.size()) {
        keys.add(key);
      }
    }
    for (int i = 0; i < keys.size(); i++) {
      for (int j = 0; j < keys.size(); j++) {
        assertEquals(
            Integer.signum(Arrays.compareUnsigned(keys.get(i), keys.get(j))),
            Integer.signum(table.compare(i, j)));
      }
    }
  }

  @Test
  void add_moreThanAPage_allThere() {
    KeyTable table = new KeyTable();
    for (int i = 0; i < 20_000; i++) {
      assertEquals(i, table.add(utf8("some-longer-key-" + i)));
    }
    for (int i = 0; i < 20_000; i++) {
      assertEquals("some-longer-key-" + i, table.key(i));
    }
    byte[] longest = new byte[1024];
    assertEquals(20_000, table.add(longest));
    assertArrayEquals(longest, table.bytes(20_000));
  }
}
