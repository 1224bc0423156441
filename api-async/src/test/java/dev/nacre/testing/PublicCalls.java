package dev.nacre.testing;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.RestoreRequest;
import dev.nacre.TransactionFunction;
import dev.nacre.TransactionOptions;
import dev.nacre.diff.DiffRequest;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a face of the database by reflection, each with arguments it accepts, so that a call
 * that is added later is tested too: without an argument for a new type the tests fail.
 */
public final class PublicCalls {
  /** Calls that are no operation. */
  private static final Set<String> LIFE_CYCLE = Set.of("close", "closeAsync", "reactive");

  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.ofEntries(
          Map.entry(Value.class, Value.text("value")),
          Map.entry(float[].class, new float[] {1, 2, 3}),
          Map.entry(List.class, List.of("a", "b")),
          Map.entry(AsOf.class, AsOf.version(0)),
          Map.entry(NamespaceOptions.class, NamespaceOptions.DEFAULT),
          Map.entry(
              WriteBatch.class, WriteBatch.builder().put("docs", "b", Value.text("batch")).build()),
          Map.entry(
              BatchRequest.class,
              BatchRequest.of(WriteBatch.builder().put("docs", "c", Value.text("batch")).build())),
          Map.entry(PutRequest.class, PutRequest.of("docs", "d", Value.text("put"))),
          Map.entry(EmbedRequest.class, EmbedRequest.of("docs", "e", Embedding.of(1, 2, 3))),
          Map.entry(DeleteRequest.class, DeleteRequest.of("docs", "d")),
          Map.entry(GetRequest.class, GetRequest.of("docs", "a").withAsOf(AsOf.version(1))),
          Map.entry(GetAllRequest.class, GetAllRequest.of("docs", List.of("a", "b"))),
          Map.entry(SearchRequest.class, SearchRequest.byVector("docs", 1, 2, 3)),
          Map.entry(ScanRequest.class, ScanRequest.of("docs").withLimit(1)),
          Map.entry(HistoryRequest.class, HistoryRequest.of("docs", "a")),
          Map.entry(long.class, 1L),
          Map.entry(TransactionOptions.class, TransactionOptions.DEFAULT.withAttempts(100)),
          Map.entry(TransactionFunction.class, writing()),
          Map.entry(DiffRequest.class, DiffRequest.of("docs", AsOf.version(0), AsOf.version(1))),
          Map.entry(RestoreRequest.class, RestoreRequest.of("docs", "d", AsOf.version(1))),
          // It ends, as every test expects of every call.
          Map.entry(
              WatchRequest.class,
              WatchRequest.of("docs").withAfter(AsOf.version(0)).withUntil(AsOf.version(1))),
          // Of nothing: other calls hold read points in the namespaces that are there.
          Map.entry(PurgeRequest.class, PurgeRequest.key("nothing", "a")),
          Map.entry(ExportRequest.class, ExportRequest.to(OutputStream.nullOutputStream())),
          Map.entry(ImportRequest.class, ImportRequest.from(InputStream.nullInputStream())));

  private PublicCalls() {}

  /** Writes a key of its own each time: transactions of one test should not meet. */
  private static TransactionFunction<String> writing() {
    AtomicInteger runs = new AtomicInteger();
    return transaction -> {
      transaction.put("docs", "written" + runs.incrementAndGet(), Value.text("value"));
      return CompletableFuture.completedFuture("done");
    };
  }

  /** One call. */
  public record PublicCall(Method method, List<Object> arguments) {
    /** Calls it on a face. */
    public Object on(Object face) throws ReflectiveOperationException {
      return method.invoke(face, arguments.toArray());
    }

    /** Calls it with one argument null and answers what it threw. */
    public Throwable withNull(Object face, int argument) throws ReflectiveOperationException {
      @Nullable Object[] values = arguments.toArray();
      values[argument] = null;
      try {
        Object answer = method.invoke(face, values);
        return new AssertionError(this + " took null as argument " + argument + ": " + answer);
      } catch (InvocationTargetException e) {
        return e.getTargetException();
      }
    }

    @Override
    public String toString() {
      return method.getName()
          + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).toList();
    }
  }

  /** Every operation of {@code face}, the deletion of the namespace last. */
  public static List<PublicCall> of(Class<?> face) {
    return Arrays.stream(face.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getDeclaringClass() == face)
        .filter(method -> !LIFE_CYCLE.contains(method.getName()))
        .map(method -> new PublicCall(method, arguments(method)))
        .sorted(
            Comparator.comparing((PublicCall call) -> call.method().getName().contains("Namespace"))
                .thenComparing(PublicCall::toString))
        .toList();
  }

  private static List<Object> arguments(Method method) {
    return Arrays.stream(method.getParameters())
        .map(
            parameter -> {
              if (parameter.getType() == String.class) {
                return (Object) (parameter.getName().equals("namespace") ? "docs" : "a");
              }
              if (method.getName().equals("importArrow")) {
                return ImportRequest.from(emptyTable());
              }
              if (parameter.getType() == BackupRequest.class) {
                return BackupRequest.to(newBackups());
              }
              Object argument = ARGUMENTS.get(parameter.getType());
              if (argument == null) {
                throw new AssertionError(
                    "no argument of " + parameter.getType() + " for " + method + ": add one");
              }
              return argument;
            })
        .toList();
  }

  /** A stream without a byte has no line and is no table. */
  private static Path emptyTable() {
    Path file = Path.of("target", "empty-" + UUID.randomUUID() + ".arrow");
    try (Database db = Database.openInMemory()) {
      var _ = Futures.await(db.exportArrow(ExportRequest.to(file)));
    }
    return file;
  }

  /** Backups of one database go to one directory. */
  private static Path newBackups() {
    return Path.of("target", "backups", UUID.randomUUID().toString());
  }

  /** Gives every call something to find. */
  public static void fill(Database db) {
    var _ =
        Futures.await(
            db.batch(
                WriteBatch.builder()
                    .put("docs", "a", Value.text("one"))
                    .embed("docs", "a", Embedding.of(1, 2, 3))
                    .put("docs", "b", Value.text("two"))
                    .put("docs", "d", Value.text("four"))
                    .build()));
  }
}
