package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.DeclaredFields;
import dev.nacre.search.Grouping;
import dev.nacre.search.Hit;
import dev.nacre.search.HitGroup;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.vector.HitReader.Ranked;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The best hits by the value of a field.
 *
 * <p>Ever more of the nearest are read until there are enough groups. Then the groups are known,
 * but most have fewer hits than they may: where theirs come in the ranking is not known. So they
 * are looked for among the records of these groups alone, by a filter on the field.
 */
final class HitGroups {
  /** The most of the nearest that are read. */
  private static final int POOL_MAX = SearchRequest.K_MAX;

  private static final int POOL_FIRST = 4;
  private static final int POOL_GROWTH = 4;
  private static final Comparator<Hit> ORDER =
      Comparator.comparingDouble(Hit::score)
          .reversed()
          .thenComparing(Hit::key, SearchCursor::compareKeys);

  private final HitReader reader;
  private final Searches searches;
  private final Grouping grouping;
  private final DeclaredFields declared;

  /**
   * A search by groups.
   *
   * @param declared the fields of values as of the moment searched
   */
  HitGroups(HitReader reader, Searches searches, Grouping grouping, DeclaredFields declared) {
    this.reader = reader;
    this.searches = searches;
    this.grouping = grouping;
    this.declared = declared;
  }

  /**
   * The best groups.
   *
   * @param groups that of the best hit first
   * @param exact whether no better hit of a group, and no better group, can have been missed
   * @param plan how the nearest were found
   */
  record Answer(List<HitGroup> groups, boolean exact, SearchPlan plan) {}

  /** A group in the making: the value as it is first met, and its hits by key, best first. */
  private record Group(@Nullable Object value, Map<String, Hit> hits) {}

  /** The {@code k} best groups. */
  Answer best(int k) {
    var search = searches.where(null);
    int pool = Math.min(POOL_MAX, k * POOL_FIRST);
    while (true) {
      Ranked ranked = reader.read(pool, search);
      Map<Object, Group> groups = groups(ranked.hits(), k);
      boolean isEnough = groups.size() == k || ranked.isAll();
      if (isEnough || pool == POOL_MAX) {
        boolean filled = ranked.isAll() || fill(groups);
        return new Answer(
            sorted(groups.values()), ranked.exact() && isEnough && filled, ranked.plan());
      }
      pool = (int) Math.min(POOL_MAX, (long) pool * POOL_GROWTH);
    }
  }

  /** The first groups of a ranking, each cut to its size. */
  private Map<Object, Group> groups(List<Hit> ranking, int most) {
    Map<Object, Group> groups = new LinkedHashMap<>();
    for (Hit hit : ranking) {
      Object value = value(hit);
      // Without the field a record is a group of its own, by what equals nothing else.
      Object same = value == null ? new Object() : comparable(value);
      Group group = groups.get(same);
      if (group == null && groups.size() < most) {
        group = new Group(value, new LinkedHashMap<>());
        groups.put(same, group);
      }
      if (group != null && group.hits.size() < grouping.size()) {
        group.hits.put(hit.key(), hit);
      }
    }
    return groups;
  }

  /**
   * Looks for the rest of groups that may have more hits; whether every one of them now has what it
   * can have.
   */
  private boolean fill(Map<Object, Group> groups) {
    Map<Object, Group> open = new LinkedHashMap<>();
    groups.forEach(
        (same, group) -> {
          if (group.value != null && group.hits.size() < grouping.size()) {
            open.put(same, group);
          }
        });
    if (open.isEmpty()) {
      return true;
    }
    var search = searches.where(among(open.keySet()));
    int pool = Math.min(POOL_MAX, open.size() * grouping.size() * POOL_FIRST);
    while (true) {
      Ranked ranked = reader.read(pool, search);
      for (Hit hit : ranked.hits()) {
        Object value = value(hit);
        Group group = value == null ? null : open.get(comparable(value));
        if (group != null) {
          group.hits.put(hit.key(), hit);
        }
      }
      boolean isFull =
          ranked.isAll() || open.values().stream().allMatch(g -> g.hits.size() >= grouping.size());
      if (isFull || pool == POOL_MAX) {
        return ranked.exact() && isFull;
      }
      pool = (int) Math.min(POOL_MAX, (long) pool * POOL_GROWTH);
    }
  }

  /** A condition that every record with one of the values meets, and maybe some more. */
  private Filter among(Collection<Object> values) {
    List<Object> scalars = new ArrayList<>();
    boolean anything = false;
    for (Object value : values) {
      if (!(value instanceof List<?> list)) {
        scalars.add(value);
      } else if (list.isEmpty()) {
        anything = true;
      } else {
        scalars.add(list.getFirst());
      }
    }
    return anything ? Filter.exists(grouping.field()) : Filter.in(grouping.field(), scalars);
  }

  private List<HitGroup> sorted(Iterable<Group> groups) {
    List<HitGroup> sorted = new ArrayList<>();
    for (Group group : groups) {
      sorted.add(
          new HitGroup(
              group.value,
              group.hits.values().stream().sorted(ORDER).limit(grouping.size()).toList()));
    }
    sorted.sort(Comparator.comparing(group -> group.hits().getFirst(), ORDER));
    return sorted;
  }

  private @Nullable Object value(Hit hit) {
    return declared
        .of(hit.record().metadata(), hit.record().value().orElse(null))
        .get(grouping.field())
        .orElse(null);
  }

  /** The value in a form that equals every other that is the same. */
  private static Object comparable(Object value) {
    return switch (value) {
      case Double number when number == Math.rint(number) && Math.abs(number) < 0x1p63 ->
          number.longValue();
      case List<?> list -> list.stream().map(HitGroups::comparable).collect(Collectors.toList());
      default -> value;
    };
  }
}
