package dev.nacre.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import org.junit.jupiter.api.Test;

/** Which provider is chosen, and that nothing falls back in silence. */
class SimilarityProvidersTest {
  @Test
  void choose_forced_thatOne() {
    assertEquals("scalar", SimilarityProviders.choose("scalar").provider().name());
    assertEquals("simd", SimilarityProviders.choose("simd").provider().name());
    assertTrue(SimilarityProviders.choose("scalar").description().contains("forced"));
  }

  @Test
  void choose_autoOrNothing_simdWithTheReason() {
    assertEquals("simd", SimilarityProviders.choose("auto").provider().name());
    assertTrue(SimilarityProviders.choose("").description().contains("bits"));
  }

  @Test
  void choose_unknown_refusedByName() {
    ValidationException e =
        assertThrows(ValidationException.class, () -> SimilarityProviders.choose("abacus"));
    assertEquals("abacus", e.details().get("provider"));
  }

  @Test
  void choose_withoutVectorModule_scalarForAutoAndErrorForSimd() {
    SimilarityProviders.Choice choice = SimilarityProviders.choose("auto", false);
    assertEquals("scalar", choice.provider().name());
    assertTrue(choice.reason().contains("jdk.incubator.vector"), choice.reason());
    assertThrows(UnavailableException.class, () -> SimilarityProviders.choose("simd", false));
  }
}
