package dev.nacre.similarity;

/** The oracle keeps the contract. */
class ScalarSimilarityTest implements SimilarityProviderContract {
  @Override
  public SimilarityProvider provider() {
    return new ScalarSimilarity();
  }
}
