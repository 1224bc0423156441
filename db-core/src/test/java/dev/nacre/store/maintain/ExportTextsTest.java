package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.SerializationException;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Write;
import dev.nacre.store.maintain.ExportTexts.NamespaceText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pieces of JSON in other forms of export come back as they were, or are refused. */
class ExportTextsTest {
  private static final EmbeddingSpace FIXED = EmbeddingSpace.of("fixed", 3);
  private static final EmbeddingSpace DECLARED = EmbeddingSpace.of("declared", 2);

  @Test
  void namespaces_areReadBack() {
    NamespaceOptions options =
        new NamespaceOptions(
            List.of(DECLARED),
            null,
            Retention.lastVersions(3),
            List.of(new DeclaredField("a \"b\"", "$['c d'][*]"), new DeclaredField("z", "$")));
    String text =
        ExportTexts.namespaces(
            List.of(
                new Namespace("a\n\"b\"", 1, 1, options, List.of(FIXED)),
                new Namespace("c", 2, 2, NamespaceOptions.DEFAULT, List.of())));
    List<NamespaceText> read = ExportTexts.namespaces(text);
    assertEquals(
        List.of(
            new NamespaceText(
                new Write.Configure("a\n\"b\"", options),
                Map.of("fixed", FIXED, "declared", DECLARED)),
            new NamespaceText(new Write.Configure("c", NamespaceOptions.DEFAULT), Map.of())),
        read);
    assertEquals(List.of(), ExportTexts.namespaces(ExportTexts.namespaces(List.of())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[1]",
        "[",
        "[] []",
        "[{\"namespace\":\"n\",\"options\":{}}",
        "[{\"namespace\":\"n\",\"options\":{}}, 2]",
        "[{\"namespace\":\"n\",\"key\":\"k\",\"value\":1}]",
        "[{\"end\":1}]",
      })
  void namespacesThatAreSomethingElse_areRefused(String text) {
    assertThrows(SerializationException.class, () -> ExportTexts.namespaces(text));
  }

  @Test
  void metadata_isReadBack() {
    Metadata metadata =
        Metadata.of(Map.of("t", "x\n", "i", 1L, "d", 2.0, "f", false, "l", List.of("a", 1L, 0.5)));
    assertEquals(metadata, ExportTexts.metadata(ExportTexts.metadata(metadata)));
    assertEquals("{\"d\":2.0}", ExportTexts.metadata(Metadata.of("d", 2.0)));
    assertEquals(Metadata.EMPTY, ExportTexts.metadata("{}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "[]", "{} 1", "{", "{\"a\":null}", "{\"a\":1,\"a\":2}"})
  void metadataThatAreSomethingElse_areRefused(String text) {
    assertThrows(SerializationException.class, () -> ExportTexts.metadata(text));
  }
}
