package dev.nacre.similarity.device;

import dev.nacre.error.UnavailableException;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;

/** What a test does on a machine that has no such device. */
public final class MissingDevice {
  private MissingDevice() {}

  /**
   * Opens a device, or leaves the test out and says why. With {@code NACRE_TEST_DEVICES} naming the
   * provider, as the gate does, a device that is missing is a failure.
   */
  public static Device openOrSkip(String provider, Supplier<Device> open) {
    try {
      return open.get();
    } catch (UnavailableException e) {
      String required = System.getenv().getOrDefault("NACRE_TEST_DEVICES", "");
      if (Set.of(required.split(",")).contains(provider)) {
        throw e;
      }
      return Assumptions.abort(String.valueOf(e.getMessage()));
    }
  }
}
