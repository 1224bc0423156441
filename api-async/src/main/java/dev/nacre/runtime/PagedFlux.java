package dev.nacre.runtime;

import dev.nacre.model.Page;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Pages as one stream: the next page is fetched when the subscriber has asked for more than the
 * last one held.
 */
final class PagedFlux {
  private PagedFlux() {}

  /**
   * The items of all pages.
   *
   * @param fetch fetches the page at a cursor; null for the first
   */
  static <T> Flux<T> of(Function<@Nullable String, CompletableFuture<Page<T>>> fetch) {
    return Mono.fromFuture(() -> fetch.apply(null))
        .expand(
            page ->
                page.next()
                    .map(cursor -> Mono.fromFuture(() -> fetch.apply(cursor)))
                    .orElseGet(Mono::empty))
        .concatMapIterable(Page::items, 1);
  }
}
