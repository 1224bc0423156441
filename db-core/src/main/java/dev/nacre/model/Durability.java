package dev.nacre.model;

/** When a commit is acknowledged. */
public enum Durability {
  /**
   * After it was forced to stable storage: it survives a crash of the process, the operating system
   * and the power.
   */
  SYNC,
  /**
   * After the operating system has it: it survives a crash of the process. A crash of the operating
   * system or a power cut may lose the last moments of commits, never part of one, and never one
   * acknowledged under {@link #SYNC} before it.
   */
  ASYNC
}
