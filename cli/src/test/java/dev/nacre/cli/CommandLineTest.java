package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What the command says of itself, and of arguments that it does not understand. */
class CommandLineTest {

  @Test
  void help_namesCommandsExamplesAndExitCodes() {
    Commands.Outcome outcome = Commands.run("--help");
    assertEquals(0, outcome.code());
    for (String part :
        new String[] {
          "Usage: nacre", "quickstart", "generate-completion", "--verbose", "Exit codes", "NO_COLOR"
        }) {
      assertTrue(outcome.out().contains(part), part + " in " + outcome.out());
    }
    assertEquals("", outcome.err());
  }

  @Test
  void helpOfQuickstart_namesItsOptionsAndHidesThoseOfTests() {
    for (String[] arguments : new String[][] {{"help", "quickstart"}, {"quickstart", "--help"}}) {
      Commands.Outcome outcome = Commands.run(arguments);
      assertEquals(0, outcome.code());
      assertTrue(outcome.out().contains("--directory"), outcome.out());
      assertTrue(outcome.out().contains("--keep"), outcome.out());
      assertFalse(outcome.out().contains("--documents"), outcome.out());
    }
  }

  @Test
  void version_ofTheBuildAndOfJava() {
    Commands.Outcome outcome = Commands.run("--version");
    assertEquals(0, outcome.code());
    assertTrue(outcome.out().matches("(?s)nacre \\d+\\.\\d+\\.\\d+.*Java \\d+.*"), outcome.out());
  }

  @Test
  void noCommand_saysSoWithTheHelp() {
    Commands.Outcome outcome = Commands.run();
    assertEquals(ExitCode.USAGE, outcome.code());
    assertTrue(outcome.err().contains("Missing required subcommand"), outcome.err());
    assertTrue(outcome.err().contains("quickstart"), outcome.err());
  }

  @Test
  void unknownCommand_suggestsTheNearest() {
    Commands.Outcome outcome = Commands.run("quikstart");
    assertEquals(ExitCode.USAGE, outcome.code());
    assertTrue(outcome.err().contains("quikstart"), outcome.err());
    assertTrue(outcome.err().contains("quickstart"), outcome.err());
  }

  @Test
  void generateCompletion_printsAScript() {
    Commands.Outcome outcome = Commands.run("generate-completion");
    assertEquals(0, outcome.code());
    assertTrue(outcome.out().contains("complete "), outcome.out());
  }

  @Test
  void misuseOfACommandThatAnswersInJson_isJson() {
    for (String[] arguments :
        new String[][] {{"get", "--json"}, {"scan", "--nope", "--json", "somewhere", "notes"}}) {
      Commands.Outcome outcome = Commands.run(arguments);
      assertEquals(ExitCode.USAGE, outcome.code());
      assertTrue(outcome.err().startsWith("{\"error\":{\"code\":\"VALIDATION\""), outcome.err());
      assertEquals(1, outcome.err().lines().count(), outcome.err());
    }
  }
}
