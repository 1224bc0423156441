package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.ReactiveDatabase;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Readings are written in batches, a few commits at a time, and read back as a stream that goes as
 * fast as its reader.
 */
public final class StreamWithReactor {
  private static final String READINGS = "readings";
  private static final int COUNT = 5_000;

  private StreamWithReactor() {}

  /** Prints how many readings were stored, and the warm ones among the first. */
  public static void main(String[] arguments) {
    try (Database database = Database.openInMemory()) {
      ReactiveDatabase db = database.reactive();

      // 500 readings to a commit, at most 4 commits under way.
      Long commits =
          Flux.range(0, COUNT)
              .buffer(500)
              .flatMap(numbers -> db.batch(batchOf(numbers)), 4)
              .count()
              .block();
      System.out.println(COUNT + " readings in " + commits + " commits");

      // Pages are fetched as the reader asks: taking three warm ones does not read the rest.
      AtomicLong read = new AtomicLong();
      Mono<List<String>> warm =
          db.scan(ScanRequest.of(READINGS).withLimit(100))
              .doOnNext(_ -> read.incrementAndGet())
              .filter(StreamWithReactor::isWarm)
              .map(VersionedRecord::key)
              .take(3)
              .collectList();
      System.out.println("warm: " + warm.block());
      System.out.println("read less than everything: " + (read.get() < COUNT));
    }
  }

  private static WriteBatch batchOf(List<Integer> numbers) {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int number : numbers) {
      Value reading = Value.json(Map.of("celsius", number % 40));
      batch.put(READINGS, "sensor-1/%06d".formatted(number), reading);
    }
    return batch.build();
  }

  private static boolean isWarm(VersionedRecord reading) {
    return reading
        .value()
        .filter(
            value -> value instanceof Value.Json json && json.asTree().path("celsius").asInt() > 37)
        .isPresent();
  }
}
