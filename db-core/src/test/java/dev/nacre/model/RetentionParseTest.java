package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionParseTest {

  @Test
  void parse_whatPeopleType_isUnderstood() {
    assertEquals(Retention.all(), Retention.parse(" ALL "));
    assertEquals(Retention.lastVersions(5), Retention.parse("last:5"));
    assertEquals(Retention.duration(Duration.ofSeconds(90)), Retention.parse("90s"));
    assertEquals(Retention.duration(Duration.ofMinutes(15)), Retention.parse("15 m"));
    assertEquals(Retention.duration(Duration.ofHours(12)), Retention.parse("12h"));
    assertEquals(Retention.duration(Duration.ofDays(30)), Retention.parse("30D"));
    assertEquals(Retention.duration(Duration.ofHours(36)), Retention.parse("P1DT12H"));
  }

  @Test
  void parse_ofToString_isTheSame() {
    for (String text : new String[] {"all", "last:1", "45s", "90s", "15m", "36h", "30d"}) {
      Retention retention = Retention.parse(text);
      assertEquals(retention, Retention.parse(retention.toString()), text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "some",
        "last:",
        "last:0",
        "0s",
        "-5d",
        "5",
        "5w",
        "99999d",
        "PT-1H",
        "P9999999999D"
      })
  void parse_anythingElse_isNamed(String text) {
    ValidationException refused =
        assertThrows(ValidationException.class, () -> Retention.parse(text));
    assertTrue(refused.details().containsKey("retention"), refused::toString);
  }
}
