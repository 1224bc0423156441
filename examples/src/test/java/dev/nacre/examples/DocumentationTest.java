package dev.nacre.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java block of the documentation is a region of a file that is compiled and run, word for
 * word; every local link leads somewhere. With {@code -Dsnippets.update=true} the blocks are
 * rewritten from their files.
 */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern JAVA_BLOCK =
      Pattern.compile("(?:<!-- snippet: (\\S+)#(\\S+) -->\n)?```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void javaBlocks_areRegionsOfCompiledFiles() throws IOException {
    int blocks = 0;
    for (Path page : pages()) {
      String text = Files.readString(page);
      Matcher block = JAVA_BLOCK.matcher(text);
      StringBuilder updated = new StringBuilder();
      while (block.find()) {
        blocks++;
        assertTrue(
            block.group(1) != null,
            () ->
                page + " has a Java block without a snippet comment before it: " + block.group(3));
        String region = region(ROOT.resolve(block.group(1)), block.group(2));
        if (Boolean.getBoolean("snippets.update")) {
          String comment = "<!-- snippet: " + block.group(1) + "#" + block.group(2) + " -->\n";
          block.appendReplacement(
              updated, Matcher.quoteReplacement(comment + "```java\n" + region + "```"));
        } else {
          assertEquals(
              region, block.group(3), () -> page + ": rewrite it with -Dsnippets.update=true");
        }
      }
      if (!updated.isEmpty()) {
        block.appendTail(updated);
        Files.writeString(page, updated);
      }
    }
    assertTrue(blocks > 0, "no Java block found: is the pattern still right?");
  }

  @Test
  void localLinks_leadSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          dead.add(ROOT.relativize(page) + " → " + link.group(1));
        }
      }
    }
    assertEquals(List.of(), dead);
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
    }
    assertFalse(pages.isEmpty());
    return pages;
  }

  /**
   * The lines between {@code // region name} and {@code // endregion}, without their common indent.
   */
  private static String region(Path file, String name) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(file)) {
      String trimmed = line.trim();
      if (trimmed.equals("// region " + name)) {
        inside = true;
      } else if (inside && trimmed.equals("// endregion")) {
        return String.join("\n", lines).stripIndent() + "\n";
      } else if (inside) {
        lines.add(line);
      }
    }
    throw new AssertionError(file + " has no region " + name);
  }
}
