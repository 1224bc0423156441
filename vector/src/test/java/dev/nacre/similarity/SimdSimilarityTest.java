package dev.nacre.similarity;

/** The Vector API kernels keep the contract. */
class SimdSimilarityTest implements SimilarityProviderContract {
  @Override
  public SimilarityProvider provider() {
    return new SimdSimilarity();
  }
}
