package dev.nacre.runtime;

import dev.nacre.store.FeedPage;
import dev.nacre.store.Pin;

/**
 * A page of a feed.
 *
 * @param pin what holds the history that is still to come; of the first page on the same one
 * @param until the last version of interest
 * @param page the page
 */
record FeedRead(Pin pin, long until, FeedPage page) {}
