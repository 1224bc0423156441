package dev.nacre.store;

import dev.nacre.feed.ChangeEvent;
import java.util.List;

/**
 * Some changes of a namespace.
 *
 * @param events in order
 * @param position behind the last of them and what was passed over
 * @param upTo the version up to which was read
 * @param caughtUp whether nothing up to {@code upTo} is left
 */
public record FeedPage(
    List<ChangeEvent> events, FeedPosition position, long upTo, boolean caughtUp) {
  /** Copies the list. */
  public FeedPage {
    events = List.copyOf(events);
  }
}
