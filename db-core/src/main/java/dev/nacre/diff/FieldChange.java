package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A metadata field that differs.
 *
 * @param field its name
 * @param left its value before, or null; see {@link #before()}
 * @param right its value after, or null; see {@link #after()}
 */
public record FieldChange(String field, @Nullable Object left, @Nullable Object right) {
  /** Refuses null. */
  public FieldChange {
    requireNonNull(field, "field");
  }

  /** Its value before; empty when it was not there. */
  public Optional<Object> before() {
    return Optional.ofNullable(left);
  }

  /** Its value after; empty when it is not there. */
  public Optional<Object> after() {
    return Optional.ofNullable(right);
  }

  /** Whether it was added, removed or changed. */
  public ChangeKind kind() {
    if (left == null) {
      return ChangeKind.ADDED;
    }
    return right == null ? ChangeKind.REMOVED : ChangeKind.CHANGED;
  }

  /** The fields that differ, by name. */
  public static List<FieldChange> between(Metadata before, Metadata after) {
    Map<String, Object> left = before.asMap();
    Map<String, Object> right = after.asMap();
    TreeSet<String> names = new TreeSet<>(left.keySet());
    names.addAll(right.keySet());
    List<FieldChange> changes = new ArrayList<>();
    for (String name : names) {
      FieldChange change = new FieldChange(name, left.get(name), right.get(name));
      if (!change.before().equals(change.after())) {
        changes.add(change);
      }
    }
    return changes;
  }
}
