package dev.nacre.cli;

/**
 * What the quickstart corrects: a finding of the first abstract that turns out to be an artefact of
 * the wind tunnel. The correction is made up; the abstract is real.
 */
final class Correction {
  /** The record that is corrected. */
  static final String KEY = "1";

  /** Asked before the correction, after it, and as of before it. */
  static final String QUESTION =
      "was the destalling of a wing in a slipstream an artefact of the wind tunnel walls";

  private static final String FINDING_BEGIN = "a substantial part of the lift increment";

  private static final String CORRECTED =
      "the destalling effect reported earlier did not appear when the experiment was repeated in a"
          + " larger wind tunnel : it was caused by interference of the tunnel walls . free of the"
          + " walls, the whole lift increment agrees with potential flow theory .";
  private static final String CORRECTED_BEGIN = "the destalling effect reported earlier";

  private Correction() {}

  /** The document with its finding corrected. */
  static SourceDocument of(SourceDocument original) {
    int begin = original.text().indexOf(FINDING_BEGIN);
    if (begin < 0) {
      throw new IllegalArgumentException(
          "document " + original.id() + " does not hold the finding that is to be corrected");
    }
    return original.withText(original.text().substring(0, begin) + CORRECTED);
  }

  /** What a text says of the matter: its last sentences. */
  static String findingOf(String text) {
    int corrected = text.indexOf(CORRECTED_BEGIN);
    int begin = corrected >= 0 ? corrected : text.indexOf(FINDING_BEGIN);
    return begin < 0 ? text : text.substring(begin);
  }
}
