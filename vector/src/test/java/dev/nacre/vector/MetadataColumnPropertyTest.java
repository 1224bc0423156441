package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.filter.FieldValues;
import dev.nacre.filter.Filter;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.MemoryMeter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;

/**
 * The answers of a column to filters, old and new, for sets of now and for older ones that are
 * still in use, against asking each record's metadata. Changes come one by one and by the hundred,
 * so that columns are read anew, and are used for sets before and behind them.
 */
class MetadataColumnPropertyTest {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(2);
  private static final List<Filter.Order> ORDERS = List.of(Filter.Order.values());

  /** A set in use, and the metadata of each key as of then. */
  private record Held(SpaceSet set, List<Metadata> metadata) {}

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void matching_isWhatEachRecordsMetadataSay(@ForAll @LongRange(min = 0) long seed) {
    Random random = new Random(seed);
    MemoryMeter meter = new MemoryMeter();
    SpaceContents contents = SpaceContents.empty(SPACE, meter);
    MetadataColumn column = new MetadataColumn(meter, DeclaredFields.NONE);
    contents.setMetadata(column);
    List<Metadata> now = new ArrayList<>();
    List<Held> held = new ArrayList<>();
    long version = 0;
    for (int round = 0; round < 25; round++) {
      int changes = List.of(0, 1, 3, 70, 300).get(random.nextInt(5));
      for (int i = 0; i < changes; i++) {
        version++;
        int key = random.nextInt(3) == 0 ? now.size() : random.nextInt(now.size() + 1);
        change(contents, column, now, key, version, random);
      }
      held.add(new Held(contents.publish(version), List.copyOf(now)));
      for (int question = 0; question < 6; question++) {
        ask(column, held.get(random.nextInt(held.size())), random);
      }
      while (held.size() > 3) {
        held.remove(random.nextInt(held.size())).set.release();
      }
    }
    held.forEach(one -> one.set.release());
    contents.close();
    assertEquals(0, meter.bytes());
  }

  /** A new or known key; one key in four of the new ones has no metadata. */
  private static void change(
      SpaceContents contents,
      MetadataColumn column,
      List<Metadata> now,
      int key,
      long version,
      Random random) {
    float[] row = new float[SimilarityProvider.stride(SPACE.dimension())];
    row[0] = 1;
    int id = contents.put(("key" + key).getBytes(StandardCharsets.UTF_8), version, row);
    assertEquals(key, id);
    if (key == now.size()) {
      now.add(Metadata.EMPTY);
      if (random.nextInt(4) == 0) {
        return;
      }
    }
    Metadata metadata = metadata(random);
    column.set(id, version, metadata, contents.oldestInUse(version));
    now.set(key, metadata);
  }

  private static void ask(MetadataColumn column, Held held, Random random) {
    Filter filter = filter(random, 2);
    long[] bits = column.matching(filter, held.set);
    for (int key = 0; key < held.set.keyCount(); key++) {
      boolean found = (bits[key >>> 6] & 1L << key) != 0;
      int asked = key;
      assertEquals(
          filter.matches(held.metadata.get(key)),
          found,
          () -> filter + " for key " + asked + " " + held.metadata.get(asked));
    }
  }

  private static Metadata metadata(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Metadata.EMPTY;
      case 1 -> Metadata.of("a", scalar(random), "b", scalar(random));
      case 2 -> Metadata.of("a", List.of(scalar(random), scalar(random)));
      case 3 -> Metadata.of("a", List.of(), "c", List.of(scalar(random)));
      case 4 -> Metadata.of("b", random.nextInt(1_000) + 0.5, "c", random.nextBoolean());
      default -> Metadata.of("b", scalar(random), "c", scalar(random));
    };
  }

  private static Object scalar(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(6) - 2;
      case 1 -> List.of(0.0, -0.0, 0.5, 1.0, 0x1p53, -2.0).get(random.nextInt(6));
      case 2 -> List.of((1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE).get(random.nextInt(3));
      case 3 -> List.of("", "x", "xy", "\uffff", "😀", "xé").get(random.nextInt(6));
      case 4 ->
          List.of(
                  "2026-01-01T00:00:00Z",
                  "2026-01-01T01:00:00+01:00",
                  "2026-01-01T00:00:00.5Z",
                  "2025-12-31T23:00:00-02:00",
                  "2026-01-01")
              .get(random.nextInt(5));
      default -> random.nextBoolean();
    };
  }

  /** Something to compare with: a value of metadata, or its instant when it is one. */
  private static Object operand(Random random) {
    Object scalar = scalar(random);
    Instant instant = FieldValues.instant(scalar);
    return instant != null && random.nextBoolean() ? instant : scalar;
  }

  private static Object orderable(Random random) {
    Object operand = operand(random);
    return operand instanceof Boolean ? 1 : operand;
  }

  private static Filter filter(Random random, int depth) {
    String field = List.of("a", "b", "c", "d").get(random.nextInt(4));
    Object low = orderable(random);
    Object high = orderable(random);
    boolean same =
        low instanceof Number ? high instanceof Number : low.getClass() == high.getClass();
    return switch (random.nextInt(depth == 0 ? 9 : 12)) {
      case 0 -> Filter.eq(field, operand(random));
      case 1 -> new Filter.Compare(field, ORDERS.get(random.nextInt(4)), low);
      case 2 -> Filter.ne(field, operand(random));
      case 3 -> Filter.contains(field, operand(random));
      case 4 -> Filter.isNull(field);
      case 5 -> Filter.exists(field);
      case 6 -> Filter.in(field, List.of(operand(random), operand(random)));
      case 7 -> same ? Filter.between(field, low, high) : Filter.in(field, List.of());
      case 8 -> Filter.startsWith(field, List.of("", "x", "2026", "\uffff").get(random.nextInt(4)));
      case 9 -> Filter.not(filter(random, depth - 1));
      case 10 -> Filter.and(filter(random, depth - 1), filter(random, depth - 1));
      default -> Filter.or(filter(random, depth - 1), filter(random, depth - 1), Filter.or());
    };
  }
}
