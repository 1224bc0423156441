package dev.nacre.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Gives the commands the terminal they write to. */
final class CommandFactory implements IFactory {
  private final IFactory others = CommandLine.defaultFactory();
  private final Terminal terminal;

  CommandFactory(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == QuickstartCommand.class) {
      return type.cast(new QuickstartCommand(terminal));
    }
    return others.create(type);
  }
}
