package dev.nacre.similarity.choice;

import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.SimilarityProviders;
import dev.nacre.similarity.cuda.CudaDevice;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceOptions;
import dev.nacre.similarity.device.DeviceSimilarity;
import dev.nacre.similarity.opencl.OpenClDevice;
import org.jspecify.annotations.Nullable;

/**
 * The provider of the host that gives every score, and a device that finds candidates beside it
 * when one is forced. {@code auto} never takes a device: whether one is faster depends on how much
 * is searched at once and how often it changes, and nothing has measured that yet.
 *
 * @param provider computes scores
 * @param device finds candidates in blocks; null without one; the owner of this closes it
 * @param reason why, for statistics and the log
 */
public record SimilarityChoice(
    SimilarityProvider provider, @Nullable DeviceSimilarity device, String reason) {

  /**
   * The choice of that name; null reads {@code NACRE_SIMILARITY}, and without it means {@code
   * auto}.
   *
   * @throws dev.nacre.error.ValidationException when there is no provider of that name
   * @throws dev.nacre.error.UnavailableException when the provider is forced and something it needs
   *     is missing, which the message names
   */
  public static SimilarityChoice choose(@Nullable String name, DeviceOptions options) {
    String asked = SimilarityProviders.asked(name);
    return switch (asked) {
      case "opencl" -> of(OpenClDevice.open(), options);
      case "cuda" -> of(CudaDevice.open(), options);
      default -> {
        SimilarityProviders.Choice host = SimilarityProviders.choose(asked);
        yield new SimilarityChoice(host.provider(), null, host.reason());
      }
    };
  }

  private static SimilarityChoice of(Device device, DeviceOptions options) {
    DeviceSimilarity similarity = new DeviceSimilarity(device, options);
    SimilarityProvider host = SimilarityProviders.choose("auto").provider();
    return new SimilarityChoice(
        host,
        similarity,
        "forced by configuration: " + similarity.description() + "; scores by " + host.name());
  }

  /** The name of what compares most: the device, else the host's provider. */
  public String name() {
    return device == null ? provider.name() : device.name();
  }

  /** Name and reason in one line. */
  public String description() {
    return name() + " (" + reason + ")";
  }
}
