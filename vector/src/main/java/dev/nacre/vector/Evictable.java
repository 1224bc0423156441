package dev.nacre.vector;

/** Something that can be loaded again when it is needed, and gives its memory back meanwhile. */
interface Evictable {
  /** For how long it has not been searched, in nanoseconds. */
  long idleNanos();

  /** Gives the memory back; answers about how many bytes will be free when searches have ended. */
  long unload();
}
