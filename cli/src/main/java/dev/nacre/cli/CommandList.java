package dev.nacre.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;

/** The commands of the help, each with the first sentence of what it does. */
final class CommandList implements IHelpSectionRenderer {
  private static final int INDENT = 2;

  @Override
  public String render(Help help) {
    Map<String, Help> commands = help.subcommands();
    if (commands.isEmpty()) {
      return "";
    }
    int names = commands.keySet().stream().mapToInt(String::length).max().orElse(0) + 2 * INDENT;
    int width = help.commandSpec().usageMessage().width();
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(names, INDENT, Overflow.SPAN),
            new Column(width - names, INDENT, Overflow.WRAP));
    table.setAdjustLineBreaksForWideCJKCharacters(
        help.commandSpec().usageMessage().adjustLineBreaksForWideCJKCharacters());
    for (Map.Entry<String, Help> command : commands.entrySet()) {
      CommandLine.Model.CommandSpec spec = command.getValue().commandSpec();
      if (!spec.usageMessage().hidden()) {
        table.addRowValues(
            help.colorScheme().commandText(command.getKey()),
            help.colorScheme().text(firstSentence(spec.usageMessage().description())));
      }
    }
    return table.toString();
  }

  static String firstSentence(String... description) {
    String text = String.join(" ", description).strip();
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }
}
