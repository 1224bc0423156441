package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a commit says of itself, kept in the log.
 *
 * @param actor who wrote, or null
 * @param source where it came from, or null
 * @param idempotencyKey names the commit so that a retry is recognised, or null: while the store
 *     remembers it (a day unless its options say otherwise), a commit with the same key and the
 *     same writes writes nothing and answers the first {@link Commit}; one with other writes is
 *     refused. Not empty
 * @param other further attributes, at most 16
 */
public record CommitAttributes(
    @Nullable String actor,
    @Nullable String source,
    @Nullable String idempotencyKey,
    Map<String, String> other) {
  /** Nothing said. */
  public static final CommitAttributes NONE = new CommitAttributes(null, null, null, Map.of());

  /** The most characters of all attributes together. */
  public static final int CHARACTERS_MAX = 4096;

  /** Copies the map and checks the sizes. */
  public CommitAttributes {
    requireNonNull(other, "other");
    other = Map.copyOf(other);
    int characters = length(actor) + length(source) + length(idempotencyKey);
    for (Map.Entry<String, String> entry : other.entrySet()) {
      characters += entry.getKey().length() + entry.getValue().length();
    }
    if (other.size() > 16 || characters > CHARACTERS_MAX) {
      throw new ValidationException(
          "commit attributes have "
              + other.size()
              + " entries and "
              + characters
              + " characters; at most 16 and "
              + CHARACTERS_MAX);
    }
    check(actor, "actor");
    check(source, "source");
    check(idempotencyKey, "idempotency key");
    other.forEach(
        (name, text) -> {
          Texts.check(name, "name of a commit attribute");
          Texts.check(text, "commit attribute \"" + name + "\"");
        });
  }

  /** The same, written by {@code value}. */
  public CommitAttributes withActor(String value) {
    return new CommitAttributes(value, source, idempotencyKey, other);
  }

  /** The same, coming from {@code value}. */
  public CommitAttributes withSource(String value) {
    return new CommitAttributes(actor, value, idempotencyKey, other);
  }

  /** The same, named by {@code value} so that a retry is recognised. */
  public CommitAttributes withIdempotencyKey(String value) {
    return new CommitAttributes(actor, source, value, other);
  }

  /** The same with one more attribute. */
  public CommitAttributes with(String name, String value) {
    Map<String, String> more = new HashMap<>(other);
    more.put(name, value);
    return new CommitAttributes(actor, source, idempotencyKey, more);
  }

  private static void check(@Nullable String text, String what) {
    if (text != null) {
      Texts.check(text, what);
    }
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
