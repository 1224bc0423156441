package dev.nacre.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged to standard error: warnings, unless asked for more. */
final class LogLevel {
  private LogLevel() {}

  /** Sets the level by how often {@code --verbose} was given. */
  static void set(int times) {
    Level level = times == 0 ? Level.WARN : times == 1 ? Level.INFO : Level.DEBUG;
    if (LoggerFactory.getLogger("dev.nacre") instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
