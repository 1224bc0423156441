package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.ReactiveDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A null argument throws at once, for every argument of every call of both faces. */
class NullArgumentTest {
  @Test
  void nullArgument_ofAnyCall_throwsAtOnce() throws ReflectiveOperationException {
    try (Database db = Database.openInMemory()) {
      check(Database.class, db);
      check(ReactiveDatabase.class, db.reactive());
      assertTrue(Futures.await(db.namespaces()).isEmpty(), "something was written");
    }
  }

  private static void check(Class<?> type, Object face) throws ReflectiveOperationException {
    for (PublicCalls.PublicCall call : PublicCalls.of(type)) {
      for (int i = 0; i < call.arguments().size(); i++) {
        if (call.method().getParameterTypes()[i].isPrimitive()) {
          continue;
        }
        assertInstanceOf(
            NullPointerException.class, call.withNull(face, i), call + ", argument " + i);
      }
    }
  }

  @Test
  @SuppressWarnings({"NullAway", "DataFlowIssue"}) // That is the test.
  void nullArgument_ofOpening_throwsAtOnce() {
    for (org.junit.jupiter.api.function.Executable open :
        List.<org.junit.jupiter.api.function.Executable>of(
            () -> Database.open((Path) null),
            () -> Database.open((DatabaseOptions) null),
            () -> Database.openAsync(null),
            () -> DatabaseOptions.builder(null))) {
      assertThrows(NullPointerException.class, open);
    }
  }
}
