package dev.nacre.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import dev.nacre.error.SerializationException;
import java.io.IOException;
import java.util.Map;

/**
 * Refuses map keys that are not strings, wherever the map is: written as text, the keys 1 and "1"
 * would become one, and neither would come back as it was.
 */
final class StrictMapKeys extends SimpleSerializers {
  private static final long serialVersionUID = 1L;

  @Override
  public JsonSerializer<?> findSerializer(
      SerializationConfig config, JavaType type, BeanDescription beanDescription) {
    return KeySerializer.INSTANCE;
  }

  private static final class KeySerializer extends JsonSerializer<Object> {
    private static final KeySerializer INSTANCE = new KeySerializer();

    @Override
    public void serialize(Object key, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      if (!(key instanceof String name)) {
        throw refused(key);
      }
      generator.writeFieldName(name);
    }
  }

  /** The failure for a key; the place is added by {@link StrictJson}. */
  static SerializationException refused(Object key) {
    String text = String.valueOf(key);
    String shown = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return new SerializationException(
        "map key "
            + shown
            + " is a "
            + key.getClass().getName()
            + "; JSON has only strings as keys",
        Map.of("key", shown, "keyType", key.getClass().getName()));
  }
}
