package dev.nacre.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  @Test
  void numbers_areUniqueOrderedAndWithoutGaps() {
    List<Integer> numbers = new ArrayList<>();
    for (ErrorCode code : ErrorCode.values()) {
      numbers.add(code.number());
    }
    assertEquals(IntStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
  }

  /** Clients in other languages hold these: a number that changes is a break. */
  @Test
  void numbers_stayWhatTheyAre() {
    assertEquals(1, ErrorCode.KEY_NOT_FOUND.number());
    assertEquals(3, ErrorCode.CONFLICT.number());
    assertEquals(6, ErrorCode.CORRUPTION.number());
    assertEquals(8, ErrorCode.LOCKED.number());
    assertEquals(13, ErrorCode.UNAUTHORIZED.number());
  }

  @Test
  void everyCode_hasExactlyOneClassNamedAlike() throws Exception {
    Map<ErrorCode, Class<?>> classes = new EnumMap<>(ErrorCode.class);
    for (Class<?> type : permitted()) {
      assertTrue(Modifier.isFinal(type.getModifiers()), type.getName());
      NacreException example = of(type, Map.of());
      assertEquals(null, classes.put(example.code(), type), type + " shares its code");
      String name = example.code().name().replace("_", "") + "EXCEPTION";
      assertEquals(name, type.getSimpleName().toUpperCase(java.util.Locale.ROOT));
    }
    assertEquals(ErrorCode.values().length, classes.size());
  }

  @Test
  void everyClass_keepsMessageDetailsAndCause() throws Exception {
    for (Class<?> type : permitted()) {
      Map<String, String> details = new HashMap<>(Map.of("a", "1"));
      Exception cause = new Exception("cause");
      NacreException thrown =
          (NacreException)
              type.getConstructor(String.class, Map.class, Throwable.class)
                  .newInstance("message", details, cause);
      details.put("b", "2");
      assertEquals("message", thrown.getMessage());
      assertEquals(Map.of("a", "1"), thrown.details());
      assertSame(cause, thrown.getCause());
      assertThrows(UnsupportedOperationException.class, () -> thrown.details().put("c", "3"));
      assertEquals(
          Map.of(),
          ((NacreException) type.getConstructor(String.class).newInstance("m")).details());

      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(of(type, Map.of("a", "1")));
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        NacreException copy = (NacreException) in.readObject();
        assertEquals(thrown.code(), copy.code());
        assertEquals(thrown.retryable(), copy.retryable());
        assertEquals(Map.of("a", "1"), copy.details());
      }
    }
  }

  private static Class<?>[] permitted() {
    return NacreException.class.getPermittedSubclasses();
  }

  private static NacreException of(Class<?> type, Map<String, String> details) throws Exception {
    return (NacreException)
        type.getConstructor(String.class, Map.class).newInstance("message", details);
  }
}
