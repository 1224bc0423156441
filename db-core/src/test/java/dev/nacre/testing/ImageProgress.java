package dev.nacre.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far a run of images has come, one line of a file, so that it can go on another time.
 *
 * @param seed of the run
 * @param lives lived
 * @param images made of them and checked
 * @param shortened images in which commits were missing that were not yet durable
 * @param acknowledged acknowledgements before the last image of each life
 * @param millis spent
 */
record ImageProgress(
    long seed, int lives, int images, int shortened, long acknowledged, long millis) {

  static ImageProgress begin(long seed) {
    return new ImageProgress(seed, 0, 0, 0, 0, 0);
  }

  /** What a file says, or the beginning when there is none. */
  static ImageProgress read(Path file, long seed) throws IOException {
    if (!Files.exists(file)) {
      return begin(seed);
    }
    String[] fields = Files.readString(file).strip().split(" ", -1);
    return new ImageProgress(
        Long.parseLong(fields[0]),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[2]),
        Integer.parseInt(fields[3]),
        Long.parseLong(fields[4]),
        Long.parseLong(fields[5]));
  }

  void write(Path file) throws IOException {
    Path _ =
        Files.writeString(
            file,
            seed
                + " "
                + lives
                + " "
                + images
                + " "
                + shortened
                + " "
                + acknowledged
                + " "
                + millis
                + "\n");
  }

  /** The seed of the life that is {@code ahead} of those lived. */
  long lifeSeed(int ahead) {
    return seed + (lives + ahead) * 0x9E3779B97F4A7C15L;
  }

  ImageProgress plus(
      int moreLives, int moreImages, int moreShortened, long moreAcknowledged, long moreMillis) {
    return new ImageProgress(
        seed,
        lives + moreLives,
        images + moreImages,
        shortened + moreShortened,
        acknowledged + moreAcknowledged,
        millis + moreMillis);
  }
}
