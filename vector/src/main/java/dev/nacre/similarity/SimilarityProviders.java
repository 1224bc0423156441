package dev.nacre.similarity;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chooses the provider of the host that computes scores; devices stand beside it. */
public final class SimilarityProviders {
  /** The environment variable that names a provider. */
  public static final String VARIABLE = "NACRE_SIMILARITY";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private SimilarityProviders() {}

  /**
   * A provider and why it was chosen.
   *
   * @param provider computes scores
   * @param reason why, for statistics and the log
   */
  public record Choice(SimilarityProvider provider, String reason) {
    /** Name and reason in one line. */
    public String description() {
      return provider.name() + " (" + reason + ")";
    }
  }

  /**
   * The provider of that name; null reads {@value #VARIABLE}, and without it means {@code auto}.
   *
   * @throws ValidationException when there is no provider of that name
   * @throws UnavailableException when the provider is forced and this JVM cannot run it
   */
  public static Choice choose(@Nullable String name) {
    boolean vectorModule = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    return choose(asked(name), vectorModule);
  }

  /** What is asked for: {@code name}, else {@value #VARIABLE}, else {@code auto}. */
  public static String asked(@Nullable String name) {
    String asked = name == null ? System.getenv(VARIABLE) : name;
    return asked == null || asked.isEmpty() ? "auto" : asked;
  }

  /** Every provider that this JVM can run, the oracle first. */
  public static List<SimilarityProvider> present() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
        ? List.of(new ScalarSimilarity(), new SimdSimilarity())
        : List.of(new ScalarSimilarity());
  }

  static Choice choose(String name, boolean vectorModule) {
    return switch (name) {
      case "scalar" -> new Choice(new ScalarSimilarity(), "forced by configuration");
      case "simd" -> {
        if (!vectorModule) {
          throw new UnavailableException(
              "similarity provider \"simd\" is forced but the JVM runs without its module; start it"
                  + " with --add-modules="
                  + VECTOR_MODULE,
              Map.of("provider", name, "module", VECTOR_MODULE));
        }
        yield new Choice(new SimdSimilarity(), "forced by configuration");
      }
      case "auto" ->
          vectorModule
              ? new Choice(
                  new SimdSimilarity(),
                  "auto: vectors of " + SimdSimilarity.bits() + " bits are available")
              : new Choice(
                  new ScalarSimilarity(),
                  "auto: the JVM runs without --add-modules=" + VECTOR_MODULE);
      default ->
          throw new ValidationException(
              "similarity provider \""
                  + name
                  + "\" is unknown; there are auto, scalar, simd, opencl and cuda",
              Map.of("provider", name));
    };
  }
}
