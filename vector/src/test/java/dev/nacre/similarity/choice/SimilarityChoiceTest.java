package dev.nacre.similarity.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceOptions;
import dev.nacre.similarity.device.DeviceSimilarity;
import dev.nacre.similarity.device.MissingDevice;
import dev.nacre.similarity.device.NativeLibraries;
import dev.nacre.similarity.opencl.OpenClDevice;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is chosen, and that a provider that is forced and absent says what is missing. */
class SimilarityChoiceTest {
  private static SimilarityChoice choose(String name) {
    return SimilarityChoice.choose(name, DeviceOptions.DEFAULT);
  }

  @Test
  void choose_hostProviders_noDevice() {
    for (String name : List.of("auto", "simd", "scalar")) {
      SimilarityChoice choice = choose(name);
      assertNull(choice.device());
      assertEquals(choice.provider().name(), choice.name());
      assertTrue(choice.description().startsWith(choice.name()), choice.description());
    }
  }

  @Test
  void choose_unknown_refusedNamingAllThereAre() {
    ValidationException e = assertThrows(ValidationException.class, () -> choose("abacus"));
    assertTrue(String.valueOf(e.getMessage()).contains("opencl and cuda"), e.getMessage());
  }

  @Test
  void choose_opencl_theDeviceBesideTheHost() {
    try (Device device = MissingDevice.openOrSkip("opencl", OpenClDevice::open)) {
      SimilarityChoice choice = choose("opencl");
      try (DeviceSimilarity similarity = Objects.requireNonNull(choice.device())) {
        assertEquals("opencl", choice.name());
        assertEquals("simd", choice.provider().name());
        assertTrue(choice.description().contains(device.description()), choice.description());
        assertTrue(similarity.use().budgetBytes() > 0);
      }
    }
  }

  @Test
  void choose_cuda_deviceOrWhatIsMissing() {
    SimilarityChoice choice;
    try {
      choice = choose("cuda");
    } catch (UnavailableException e) {
      assertEquals("cuda", e.details().get("provider"));
      assertTrue(String.valueOf(e.getMessage()).contains("forced"), e.getMessage());
      return;
    }
    assertEquals("cuda", choice.name());
    assertNotNull(choice.device());
    choice.device().close();
  }

  @Test
  void open_libraryMissing_everyNameAndTheRemedy() {
    UnavailableException e =
        assertThrows(
            UnavailableException.class,
            () -> {
              var _ =
                  NativeLibraries.open(
                      "opencl", List.of("libnowhere.so.1", "libnowhere.so"), "install it");
            });
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("\"opencl\" is forced"), message);
    assertTrue(message.contains("libnowhere.so.1, libnowhere.so; install it"), message);
    assertEquals("libnowhere.so.1", e.details().get("library"));
    assertEquals(2, e.getSuppressed().length);
  }
}
