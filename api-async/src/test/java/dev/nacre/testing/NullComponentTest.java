package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.WriteOptions;
import dev.nacre.embed.Embedder;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Limits;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A null where none is allowed is refused where it is given, naming the part: by every public
 * record of the API's own packages and by every {@code with…} call. By reflection, so that what is
 * added later is tested too.
 */
class NullComponentTest {
  private static final ReadPoint READ_POINT = new ReadPoint(1, Instant.EPOCH, "line");
  private static final Map<Class<?>, Object> SAMPLES =
      Map.ofEntries(
          Map.entry(String.class, "sample"),
          Map.entry(String[].class, new String[] {"sample"}),
          Map.entry(float[].class, new float[] {1, 2}),
          Map.entry(int.class, 1),
          Map.entry(long.class, 1L << 30),
          Map.entry(float.class, 1f),
          Map.entry(double.class, .5),
          Map.entry(boolean.class, false),
          Map.entry(List.class, List.of()),
          Map.entry(Set.class, Set.of()),
          Map.entry(AsOf.class, AsOf.now()),
          Map.entry(Clock.class, Clock.systemUTC()),
          Map.entry(CommitAttributes.class, CommitAttributes.NONE),
          Map.entry(Duration.class, Duration.ofSeconds(1)),
          Map.entry(Durability.class, Durability.SYNC),
          Map.entry(Embedder.class, new HashEmbedder()),
          Map.entry(Embedding.class, Embedding.of(1, 2)),
          Map.entry(Filter.class, Filter.exists("field")),
          Map.entry(Limits.class, Limits.DEFAULT),
          Map.entry(Metadata.class, Metadata.EMPTY),
          Map.entry(Path.class, Path.of("directory")),
          Map.entry(ReadPoint.class, READ_POINT),
          Map.entry(SearchPlan.Tier.class, SearchPlan.Tier.EXACT),
          Map.entry(SearchRequest.class, SearchRequest.byVector("docs", 1, 2)),
          Map.entry(Value.class, Value.text("value")),
          Map.entry(
              VersionedRecord.class,
              new VersionedRecord(
                  "docs",
                  "a",
                  1,
                  Instant.EPOCH,
                  null,
                  0,
                  Metadata.EMPTY,
                  0,
                  Map.of(),
                  Map.of(),
                  null,
                  READ_POINT)),
          Map.entry(
              WriteBatch.class, WriteBatch.builder().put("docs", "a", Value.text("one")).build()),
          Map.entry(WriteCondition.class, WriteCondition.none()),
          Map.entry(WriteOptions.class, WriteOptions.DEFAULT),
          Map.entry(Write.Expiry.class, Write.Expiry.Unchanged.UNCHANGED));

  @Test
  void nullComponent_ofAnyPublicRecord_isNamed() throws ReflectiveOperationException {
    int checked = 0;
    for (Class<?> type : publicRecords()) {
      Constructor<?> constructor = canonical(type);
      checked += check(constructor, values -> constructor.newInstance(values));
    }
    assertTrue(checked > 30, checked + " components: are the records still found?");
  }

  @Test
  void nullGivenToAnyWithCall_isNamed() throws ReflectiveOperationException {
    int checked = 0;
    for (Class<?> type : publicRecords()) {
      checked += checkWithCalls(sample(type), "with");
    }
    checked += checkWithCalls(sample(SearchRequest.class), "with");
    checked += checkWithCalls(DatabaseOptions.inMemoryBuilder(), "");
    assertTrue(checked > 30, checked + " calls: are they still found?");
  }

  @Test
  void nullInACollection_isNamed() {
    List<String> keys = Arrays.asList("a", null);
    assertEquals(
        "keys",
        assertThrows(NullPointerException.class, () -> GetAllRequest.of("docs", keys))
            .getMessage());
    assertEquals(
        "spaces",
        assertThrows(
                NullPointerException.class,
                () -> new GetRequest("docs", "a", AsOf.now(), Collections.singleton(null)))
            .getMessage());
  }

  @Test
  void searchRequests_withANull_nameIt() {
    for (Method method : SearchRequest.class.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())) {
        assertTrue(List.of("byVector", "byText").contains(method.getName()), method::toString);
      }
    }
    assertNames("namespace", () -> SearchRequest.byVector(absent(), 1, 2));
    assertNames("vector", () -> SearchRequest.byVector("docs", SearchComponents.vector()));
    assertNames("namespace", () -> SearchRequest.byText(absent(), "text"));
    assertNames("text", () -> SearchRequest.byText("docs", absent()));
  }

  @Test
  void spacesNamedTwice_countOnce() {
    assertEquals(Set.of("words"), GetRequest.of("docs", "a").withSpaces("words", "words").spaces());
    assertEquals(
        Set.of("words"),
        GetAllRequest.of("docs", List.of("a")).withSpaces("words", "words").spaces());
  }

  /** Nulls that the compiler does not see. */
  private static final class SearchComponents {
    @SuppressWarnings("NullAway") // That is the test.
    static float[] vector() {
      return null;
    }
  }

  @SuppressWarnings("NullAway") // That is the test.
  private static String absent() {
    return null;
  }

  private static void assertNames(String part, org.junit.jupiter.api.function.Executable call) {
    assertEquals(part, assertThrows(NullPointerException.class, call).getMessage());
  }

  /** Something that takes arguments. */
  private interface Call {
    Object with(@Nullable Object[] values) throws ReflectiveOperationException;
  }

  private static int check(Executable of, Call call) throws ReflectiveOperationException {
    int checked = 0;
    Parameter[] parameters = of.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (!parameters[i].getType().isPrimitive()
          && !mayBeNull(of.getAnnotatedParameterTypes()[i])) {
        @Nullable Object[] values = samples(of);
        values[i] = null;
        assertRefused(of, nameOf(of, parameters[i]), call, values);
        checked++;
      }
    }
    return checked;
  }

  private static void assertRefused(
      Executable of, String part, Call call, @Nullable Object[] values)
      throws ReflectiveOperationException {
    try {
      Object made = call.with(values);
      throw new AssertionError(of + " took null for " + part + ": " + made);
    } catch (InvocationTargetException e) {
      Throwable thrown = assertInstanceOf(NullPointerException.class, e.getCause(), of::toString);
      assertEquals(part, thrown.getMessage(), of::toString);
    }
  }

  private static int checkWithCalls(Object on, String prefix) throws ReflectiveOperationException {
    int checked = 0;
    for (Method method : on.getClass().getMethods()) {
      if (method.getDeclaringClass() == on.getClass()
          && !Modifier.isStatic(method.getModifiers())
          && method.getParameterCount() == 1
          && !method.getName().equals("equals")
          && method.getName().startsWith(prefix)) {
        // An array stands for the one argument.
        checked += check(method, values -> method.invoke(on, values));
      }
    }
    return checked;
  }

  /** A record's component, or what a {@code with…} call or a builder's call is named after. */
  private static String nameOf(Executable of, Parameter parameter) {
    if (of instanceof Constructor<?>) {
      return parameter.getName();
    }
    String name = of.getName();
    return name.startsWith("with")
        ? name.substring(4, 5).toLowerCase(Locale.ROOT) + name.substring(5)
        : name;
  }

  private static boolean mayBeNull(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  private static List<? extends Class<?>> publicRecords() {
    return new ClassFileImporter()
            .importPackages(Database.class.getPackageName(), SearchRequest.class.getPackageName())
            .stream()
            .filter(
                type ->
                    type.getPackageName().equals(Database.class.getPackageName())
                        || type.getPackageName().equals(SearchRequest.class.getPackageName()))
            .map(JavaClass::reflect)
            .filter(type -> type.isRecord() && Modifier.isPublic(type.getModifiers()))
            .toList();
  }

  private static Constructor<?> canonical(Class<?> type) throws NoSuchMethodException {
    return type.getConstructor(
        Arrays.stream(type.getRecordComponents())
            .map(component -> component.getType())
            .toArray(Class<?>[]::new));
  }

  private static @Nullable Object[] samples(Executable of) throws ReflectiveOperationException {
    Class<?>[] types = of.getParameterTypes();
    @Nullable Object[] values = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      values[i] = mayBeNull(of.getAnnotatedParameterTypes()[i]) ? null : sample(types[i]);
    }
    return values;
  }

  private static Object sample(Class<?> type) throws ReflectiveOperationException {
    Object sample = SAMPLES.get(type);
    if (sample != null) {
      return sample;
    }
    if (type.isSealed()) {
      return sample(type.getPermittedSubclasses()[0]);
    }
    assertTrue(type.isRecord(), () -> "no sample of " + type + ": add one");
    Constructor<?> constructor = canonical(type);
    return constructor.newInstance(samples(constructor));
  }
}
