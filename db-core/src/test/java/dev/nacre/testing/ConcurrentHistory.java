package dev.nacre.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What concurrent callers did and saw, and whether some order of their calls explains it: one that
 * keeps the order of calls that did not overlap, and gives each call the result it had. Recording
 * is thread-safe.
 *
 * @param <S> what the calls work on: an immutable state with equality
 */
final class ConcurrentHistory<S> {
  private final List<Call<S>> calls = Collections.synchronizedList(new ArrayList<>());

  /**
   * What a call does to a state, in the mind of a single caller.
   *
   * @param <S> the state
   */
  interface Meaning<S> {
    /** The state afterwards and the result. */
    Outcome<S> on(S state);
  }

  /**
   * What a call leaves.
   *
   * @param after the state afterwards
   * @param result what the caller sees
   * @param <S> the state
   */
  record Outcome<S>(S after, @Nullable Object result) {}

  /**
   * A call that has returned.
   *
   * @param name for messages
   * @param meaning what it should do
   * @param result what the caller saw
   * @param began when, in nanoseconds
   * @param ended when, in nanoseconds
   * @param <S> the state
   */
  record Call<S>(
      String name, Meaning<S> meaning, @Nullable Object result, long began, long ended) {}

  void add(Call<S> call) {
    calls.add(call);
  }

  /** Whether some order explains every result. At most 63 calls. */
  boolean isLinearizable(S initial) {
    List<Call<S>> all = List.copyOf(calls);
    if (all.size() > 63) {
      throw new IllegalStateException(all.size() + " calls are too many to order");
    }
    return explains(all, initial, 0, new HashSet<>());
  }

  private record Reached<S>(long done, S state) {}

  private static <S> boolean explains(
      List<Call<S>> all, S state, long done, Set<Reached<S>> deadEnds) {
    if (done == (1L << all.size()) - 1) {
      return true;
    }
    if (!deadEnds.add(new Reached<>(done, state))) {
      return false;
    }
    for (int i = 0; i < all.size(); i++) {
      if ((done & 1L << i) != 0 || !mayBeNext(all, i, done)) {
        continue;
      }
      Outcome<S> outcome = all.get(i).meaning.on(state);
      if (Objects.equals(outcome.result, all.get(i).result)
          && explains(all, outcome.after, done | 1L << i, deadEnds)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing that is left had ended before this call began. */
  private static <S> boolean mayBeNext(List<Call<S>> all, int next, long done) {
    for (int i = 0; i < all.size(); i++) {
      if ((done & 1L << i) == 0 && all.get(i).ended < all.get(next).began) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    synchronized (calls) {
      long first = calls.stream().mapToLong(Call::began).min().orElse(0);
      calls.forEach(
          call ->
              text.append(
                  "%n%8d-%8d %s -> %s"
                      .formatted(call.began - first, call.ended - first, call.name, call.result)));
    }
    return text.toString();
  }
}
