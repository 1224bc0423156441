package dev.nacre.store.layout;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.PurgeKind;
import java.util.Arrays;
import java.util.Map;

/**
 * Which keys of a namespace a purge covers.
 *
 * @param kind what is given
 * @param bytes the key or the prefix; empty for the namespace
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record PurgeTarget(PurgeKind kind, byte[] bytes) {
  /**
   * The target of a request.
   *
   * @throws ValidationException when the key is none, or there is one where none belongs
   */
  public static PurgeTarget of(PurgeKind kind, String key) {
    return switch (kind) {
      case KEY -> new PurgeTarget(kind, TextKeys.key(key));
      case PREFIX -> new PurgeTarget(kind, TextKeys.bound(key, "prefix"));
      case NAMESPACE -> {
        if (!key.isEmpty()) {
          throw new ValidationException(
              "a purge of a whole namespace names a key; name one or the other",
              Map.of("kind", kind.name()));
        }
        yield new PurgeTarget(kind, new byte[0]);
      }
    };
  }

  /** Whether a key is purged. */
  public boolean covers(byte[] key) {
    return switch (kind) {
      case KEY -> Arrays.equals(bytes, key);
      case PREFIX -> Keys.startsWith(key, bytes);
      case NAMESPACE -> true;
    };
  }

  /** Where its rows begin behind a number of bytes that all of them share, keys as they are. */
  public KeyRange plain(byte[] shared) {
    byte[] from = Arrays.copyOf(shared, shared.length + bytes.length);
    System.arraycopy(bytes, 0, from, shared.length, bytes.length);
    return new KeyRange(
        from, kind == PurgeKind.KEY ? Arrays.copyOf(from, from.length + 1) : KeyRange.behind(from));
  }

  /** The same where keys are escaped. */
  public KeyRange escaped(byte[] shared) {
    byte[] from = Keys.escapedStart(shared, bytes);
    if (kind == PurgeKind.KEY) {
      // With its end mark: other keys may start with this one.
      from = Arrays.copyOf(from, from.length + 2);
    }
    return new KeyRange(from, KeyRange.behind(from));
  }
}
