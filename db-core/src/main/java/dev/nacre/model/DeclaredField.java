package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.util.Map;

/**
 * A part of the JSON values of a namespace that filters see under a name, as they see metadata.
 *
 * <p>A path begins with {@code $}, the whole value, and goes on with members, as {@code .author} or
 * {@code ["my field"]}, with {@code [0]} for an element of a list, counted from 0, and with {@code
 * [*]} for all of its elements: {@code $.author.name}, {@code $.tags[*]}, {@code $.items[*].price}.
 *
 * @param name the name, 1 to 256 characters; it hides a metadata field of the same name
 * @param path the path, at most {@link #PATH_MAX} characters
 */
public record DeclaredField(String name, String path) {
  /** The longest path, in UTF-16 characters. */
  public static final int PATH_MAX = 512;

  /** Checks name and path. */
  public DeclaredField {
    requireNonNull(name, "name");
    requireNonNull(path, "path");
    if (name.isEmpty() || name.length() > Metadata.NAME_MAX) {
      throw new ValidationException(
          "the name of a declared field has "
              + name.length()
              + " characters; 1 to "
              + Metadata.NAME_MAX
              + " are allowed",
          Map.of("field", name));
    }
    Texts.check(name, "the name of a declared field");
    Texts.check(path, "the path of field \"" + name + "\"");
    if (path.length() > PATH_MAX) {
      throw new ValidationException(
          "the path of field \""
              + name
              + "\" has "
              + path.length()
              + " characters; at most "
              + PATH_MAX,
          Map.of("field", name, "max", Integer.toString(PATH_MAX)));
    }
    var _ = JsonPath.parse(name, path);
  }
}
