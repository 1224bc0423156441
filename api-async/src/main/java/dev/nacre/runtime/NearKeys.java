package dev.nacre.runtime;

import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.AsOf;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says which keys are near one that is not there: those that follow it and those that share a long
 * start with it, the most alike first. A few small scans.
 */
final class NearKeys {
  private static final int FOLLOWING = 4;
  private static final int SHARING = 32;
  private static final int SHORTENINGS = 8;
  private static final int NAMED = 3;
  private static final int COMPARED_CHARACTERS = 128;

  private NearKeys() {}

  static KeyNotFoundException notFound(Store store, String namespace, String key, AsOf asOf) {
    List<String> near = near(store, namespace, key, asOf);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("namespace", namespace);
    details.put("key", key);
    for (int i = 0; i < near.size(); i++) {
      details.put("near" + (i + 1), near.get(i));
    }
    return new KeyNotFoundException(
        "no record \""
            + key
            + "\" in namespace \""
            + namespace
            + "\""
            + (near.isEmpty() ? "" : "; near keys: " + String.join(", ", near)),
        details);
  }

  private static List<String> near(Store store, String namespace, String key, AsOf asOf) {
    ScanRequest all = ScanRequest.of(namespace).withAsOf(asOf);
    Set<String> candidates = new LinkedHashSet<>();
    collect(store, all.withRange(key, null).withLimit(FOLLOWING), candidates);
    String shared = longestSharedStart(store, all, key);
    for (int step = 0; step < SHORTENINGS && !shared.isEmpty(); step++) {
      collect(store, all.withPrefix(shared).withLimit(SHARING), candidates);
      if (candidates.size() > FOLLOWING + NAMED) {
        break;
      }
      shared = shared.substring(0, shared.offsetByCodePoints(shared.length(), -1));
    }
    return candidates.stream()
        .sorted(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .limit(NAMED)
        .toList();
  }

  /** A longer start is shared by fewer keys, so the longest is found by halving. */
  private static String longestSharedStart(Store store, ScanRequest all, String key) {
    int characters = key.codePointCount(0, key.length());
    int low = 0;
    int high = characters;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      String start = key.substring(0, key.offsetByCodePoints(0, middle));
      if (store.scan(all.withPrefix(start).withLimit(1)).items().isEmpty()) {
        high = middle - 1;
      } else {
        low = middle;
      }
    }
    return key.substring(0, key.offsetByCodePoints(0, low));
  }

  private static void collect(Store store, ScanRequest request, Set<String> keys) {
    for (VersionedRecord found : store.scan(request).items()) {
      keys.add(found.key());
    }
  }

  /** Insertions, deletions and substitutions between the beginnings of two keys. */
  private static int distance(String one, String other) {
    String a = one.substring(0, Math.min(one.length(), COMPARED_CHARACTERS));
    String b = other.substring(0, Math.min(other.length(), COMPARED_CHARACTERS));
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
