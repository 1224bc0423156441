package dev.nacre.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where a stream gets its items, a page at a time. Called by one thread at a time, except where it
 * says so.
 *
 * @param <T> the type of item
 * @param <P> what is read
 */
interface PageSource<T, P> {

  /** What it does, for messages. */
  String operation();

  /** Begins to read the next page; the future itself is cancelled when nobody wants it any more. */
  CompletableFuture<P> read();

  /** Takes what was read; the next read goes on behind it. */
  Part<T> take(P page);

  /** Lets go of what was read when nobody takes it. From any thread. */
  void discard(P page);

  /**
   * After a part that ends with {@link End#WAIT}: runs {@code wake} once when there may be more.
   */
  void await(Runnable wake);

  /** Lets go of everything; nothing is called afterwards but {@link #discard}. */
  void close();

  /** What follows a part. */
  enum End {
    /** Another one, at once. */
    MORE,
    /** Another one, when there is something. */
    WAIT,
    /** Nothing. */
    LAST
  }

  /**
   * A part of the stream.
   *
   * @param items its items, maybe none
   * @param end what follows
   * @param <T> the type of item
   */
  record Part<T>(List<T> items, End end) {}
}
