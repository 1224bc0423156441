package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

/**
 * Runs the Reactive Streams TCK, which is written for TestNG, inside JUnit: every rule passes, and
 * none is skipped but those that do not apply.
 */
class WatchPublisherTckTest {
  @Test
  void watchPublisher_keepsTheRulesOfReactiveStreams(@TempDir Path reports) {
    TestListenerAdapter results = new TestListenerAdapter();
    TestNG runner = new TestNG(false);
    runner.setOutputDirectory(reports.toString());
    runner.setTestClasses(new Class<?>[] {WatchPublisherVerification.class});
    runner.addListener(results);
    runner.run();

    assertEquals(
        List.of(),
        results.getFailedTests().stream()
            .map(result -> result.getName() + ": " + result.getThrowable())
            .toList());
    assertEquals(List.of(), results.getConfigurationFailures());
    Set<String> passed = names(results.getPassedTests());
    assertTrue(passed.size() >= 28, () -> "only " + passed.size() + " rules ran: " + passed);
    assertEquals(Set.of(), skippedThough(results, "required"));
  }

  /** Rules of a kind that did not run, but for those that the TCK itself cannot verify. */
  private static Set<String> skippedThough(TestListenerAdapter results, String kind) {
    return names(
        results.getSkippedTests().stream()
            .filter(result -> result.getName().startsWith(kind))
            .filter(result -> !String.valueOf(result.getThrowable()).contains("Not verified"))
            .toList());
  }

  private static Set<String> names(List<ITestResult> results) {
    return results.stream()
        .map(ITestResult::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
