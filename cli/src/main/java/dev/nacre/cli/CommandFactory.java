package dev.nacre.cli;

import dev.nacre.Database;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Gives the commands the terminal they write to, and the database where one is open. */
final class CommandFactory implements IFactory {
  private final IFactory others = CommandLine.defaultFactory();
  private final Terminal terminal;
  private final @Nullable Database shared;

  CommandFactory(Terminal terminal) {
    this(terminal, null);
  }

  /** For commands on a database that is open already. */
  CommandFactory(Terminal terminal, @Nullable Database shared) {
    this.terminal = terminal;
    this.shared = shared;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Terminal.class})) {
        K command = type.cast(constructor.newInstance(terminal));
        if (shared != null && command instanceof DirectoryCommand onDirectory) {
          onDirectory.shareWith(shared);
        }
        return command;
      }
    }
    return others.create(type);
  }
}
