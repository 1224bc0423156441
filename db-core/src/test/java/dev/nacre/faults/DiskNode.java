package dev.nacre.faults;

import java.util.Random;

/** A file or a directory of the {@link Disk}. */
sealed interface DiskNode permits DiskFile, DiskDirectory {
  /** What changed up to {@code sequence} is on the disk. */
  void synced(long sequence);

  /** Forcing what changed up to {@code sequence} has failed. */
  void syncFailed(long sequence, Random random);
}
