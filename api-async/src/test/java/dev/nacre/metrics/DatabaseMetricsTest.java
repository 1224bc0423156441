package dev.nacre.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import dev.nacre.model.Value;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured, as meters, as statistics and as events of the flight recorder. */
class DatabaseMetricsTest {

  private static void use(Database db) {
    for (int i = 0; i < 3; i++) {
      var _ = db.put("docs", "k" + i, Value.text("value")).join();
      var _ = db.embed("docs", "k" + i, i, 1).join();
      var _ = db.get("docs", "k" + i).join();
    }
    var _ = db.similar("docs", 1, 1).join();
    var _ = db.history("docs", "k1").join();
  }

  @Test
  void meters_countWhatWasDone_andStandStillWhenTheDatabaseIsClosed() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Database db = Database.openInMemory()) {
      use(db);
      new DatabaseMetrics(db, Tags.of("db", "test")).bindTo(registry);
      assertEquals(6, registry.get("nacre.commits").tag("db", "test").functionCounter().count());
      assertEquals(6, registry.get("nacre.version").gauge().value());
      assertEquals(6, registry.get("nacre.commit.group.write").functionTimer().count());
      assertTrue(
          registry.get("nacre.commit.group.write").functionTimer().totalTime(TimeUnit.NANOSECONDS)
              > 0);
      assertEquals(1, registry.get("nacre.searches").functionTimer().count());
      assertEquals(3, registry.get("nacre.reads.memory").functionCounter().count());
      assertEquals(0, registry.get("nacre.index.lag").gauge().value());
      assertTrue(
          registry.get("nacre.searches.quantile").tag("quantile", "0.99").timeGauge().value() > 0);
      for (Meter meter : registry.getMeters()) {
        meter
            .measure()
            .forEach(value -> assertTrue(value.getValue() >= 0, meter.getId() + " " + value));
      }
    }
    StatsReader closed = new StatsReader(closed());
    assertTrue(Double.isNaN(closed.gauge(stats -> stats.readPoint().version())));
    assertEquals(0, closed.last(stats -> stats.storage().commits()));
  }

  private static Database closed() {
    Database db = Database.openInMemory();
    db.close();
    return db;
  }

  @Test
  void statistics_timingsOfWhatWasDone() {
    try (Database db = Database.openInMemory()) {
      use(db);
      DatabaseStats.Timings timings = db.stats().join().timings();
      assertEquals(6, timings.groupWrites().count());
      assertEquals(1, timings.searches().count());
      assertEquals(3, timings.readsFromMemory());
      assertTrue(timings.reads().count() >= 1, timings.toString());
      assertTrue(timings.groupWrites().max().compareTo(timings.groupWrites().median()) >= 0);
    }
  }

  @Test
  void flightRecorder_hasCommitGroupsAndSearches(@TempDir Path temporary) throws Exception {
    Path file = temporary.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.nacre.CommitGroup");
      recording.enable("dev.nacre.Search");
      recording.start();
      try (Database db = Database.openInMemory()) {
        use(db);
      }
      recording.stop();
      recording.dump(file);
    }
    assertTrue(Files.size(file) > 0);
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    List<RecordedEvent> groups = of(events, "dev.nacre.CommitGroup");
    assertEquals(6, groups.stream().mapToInt(event -> event.getInt("commits")).sum());
    assertTrue(groups.stream().allMatch(event -> event.getLong("bytes") > 0));
    RecordedEvent search = of(events, "dev.nacre.Search").getFirst();
    assertEquals("docs", search.getString("namespace"));
    assertEquals(3, search.getInt("hits"));
    assertTrue(search.getBoolean("exact"));
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }
}
