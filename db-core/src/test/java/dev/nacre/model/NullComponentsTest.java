package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every public record of the vocabulary refuses null where it is made, by the component's name. */
class NullComponentsTest {
  private static final Map<Class<?>, Object> SAMPLES =
      Map.ofEntries(
          Map.entry(int.class, 1),
          Map.entry(long.class, 1L),
          Map.entry(boolean.class, true),
          Map.entry(String.class, "name"),
          Map.entry(Object.class, "value"),
          Map.entry(Instant.class, Instant.EPOCH),
          Map.entry(Duration.class, Duration.ofSeconds(1)),
          Map.entry(List.class, List.of()),
          Map.entry(Set.class, Set.of()),
          Map.entry(Map.class, Map.of()),
          Map.entry(AsOf.class, AsOf.now()),
          Map.entry(HistoryOrder.class, HistoryOrder.NEWEST_FIRST),
          Map.entry(Metric.class, Metric.COSINE),
          Map.entry(Operation.class, Operation.UPSERT),
          Map.entry(ReadPoint.class, new ReadPoint(1, Instant.EPOCH, "lineage")),
          Map.entry(NamespaceOptions.class, NamespaceOptions.DEFAULT),
          Map.entry(Retention.class, Retention.all()),
          Map.entry(WriteCondition.class, WriteCondition.none()),
          Map.entry(CommitAttributes.class, CommitAttributes.NONE),
          Map.entry(Write.Expiry.class, Write.Expiry.Never.NEVER),
          Map.entry(Filter.Order.class, Filter.Order.LT),
          Map.entry(Filter.class, Filter.exists("name")));

  /** A component that must not be null. */
  record Component(Class<?> type, int index, String name) {
    @Override
    public String toString() {
      return type.getSimpleName() + "." + name;
    }
  }

  static List<Component> componentsThatMustBeThere() throws Exception {
    List<Component> components = new ArrayList<>();
    for (Class<?> type : publicRecords()) {
      RecordComponent[] all = type.getRecordComponents();
      for (int i = 0; i < all.length; i++) {
        if (!all[i].getType().isPrimitive()
            && !all[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          components.add(new Component(type, i, all[i].getName()));
        }
      }
    }
    return components;
  }

  @ParameterizedTest
  @MethodSource("componentsThatMustBeThere")
  void null_isRefusedByName(Component component) throws Exception {
    Constructor<?> constructor = constructor(component.type());
    @Nullable Object[] arguments = samples(constructor);
    assertTrue(component.type().isInstance(constructor.newInstance(arguments)), "samples fit");
    arguments[component.index()] = null;
    InvocationTargetException thrown =
        assertThrows(InvocationTargetException.class, () -> constructor.newInstance(arguments));
    NullPointerException refused =
        assertInstanceOf(NullPointerException.class, thrown.getCause(), component::toString);
    assertEquals(component.name(), refused.getMessage());
  }

  @Test
  void theRecords_areFound() throws Exception {
    List<Class<?>> records = publicRecords();
    assertTrue(
        records.containsAll(
            List.of(ReadPoint.class, Write.Upsert.class, Write.Expiry.At.class, Filter.Eq.class)),
        records::toString);
  }

  private static Constructor<?> constructor(Class<?> type) throws NoSuchMethodException {
    return type.getDeclaredConstructor(
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new));
  }

  /** Nothing for a component whose type has no sample: it is one that may be null. */
  private static @Nullable Object[] samples(Constructor<?> constructor) {
    if (constructor.getDeclaringClass() == DeclaredField.class) {
      return new Object[] {"name", "$.path"};
    }
    return Arrays.stream(constructor.getParameterTypes()).map(SAMPLES::get).toArray();
  }

  private static List<Class<?>> publicRecords() throws IOException, URISyntaxException {
    List<Class<?>> records = new ArrayList<>();
    for (Class<?> anchor : List.of(ReadPoint.class, Filter.class)) {
      Path classes =
          Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI())
              .resolve(anchor.getPackageName().replace('.', '/'));
      try (Stream<Path> files = Files.list(classes)) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
            .map(name -> load(anchor, name))
            .filter(type -> type.isRecord() && Modifier.isPublic(type.getModifiers()))
            .forEach(records::add);
      }
    }
    return records;
  }

  private static Class<?> load(Class<?> anchor, String file) {
    try {
      return Class.forName(
          anchor.getPackageName() + "." + file.substring(0, file.length() - ".class".length()));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
