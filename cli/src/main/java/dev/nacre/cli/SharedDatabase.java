package dev.nacre.cli;

import dev.nacre.Database;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** A database for commands that close what they have opened, and shall not close this one. */
final class SharedDatabase {
  private SharedDatabase() {}

  /** The same database, except that closing does nothing. */
  static Database viewOf(Database database) {
    return (Database)
        Proxy.newProxyInstance(
            Database.class.getClassLoader(),
            new Class<?>[] {Database.class},
            (_, method, arguments) -> invoke(database, method, arguments));
  }

  private static @Nullable Object invoke(
      Database database, Method method, Object @Nullable [] arguments) throws Throwable {
    if (method.getName().equals("close")) {
      return null;
    }
    try {
      return method.invoke(database, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
