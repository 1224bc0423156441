package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.testing.ConcurrentHistory.Call;
import dev.nacre.testing.ConcurrentHistory.Outcome;
import org.junit.jupiter.api.Test;

/** The judge of linearizability must be able to say no. */
class ConcurrentHistoryTest {
  private final ConcurrentHistory<Integer> register = new ConcurrentHistory<>();

  @Test
  void readOfWhatWasWritten_isExplained() {
    write(1, 0, 10);
    read(1, 20, 30);
    assertTrue(register.isLinearizable(0));
  }

  @Test
  void staleRead_afterTheWriteHasEnded_isNot() {
    write(1, 0, 10);
    read(0, 20, 30);
    assertFalse(register.isLinearizable(0));
  }

  @Test
  void staleRead_whileTheWriteIsOnItsWay_isExplained() {
    write(1, 0, 25);
    read(0, 20, 30);
    assertTrue(register.isLinearizable(0));
  }

  @Test
  void readsThatGoBack_areNot() {
    write(1, 0, 100);
    read(1, 10, 20);
    read(0, 30, 40);
    assertFalse(register.isLinearizable(0));
  }

  @Test
  void twoWinnersOfOneCompareAndSet_areNot() {
    compareAndSet(0, 1, true);
    compareAndSet(0, 2, true);
    assertFalse(register.isLinearizable(0));
  }

  private void write(int value, long began, long ended) {
    register.add(new Call<>("write", _ -> new Outcome<>(value, null), null, began, ended));
  }

  private void read(int seen, long began, long ended) {
    register.add(new Call<>("read", state -> new Outcome<>(state, state), seen, began, ended));
  }

  private void compareAndSet(int expected, int value, boolean won) {
    register.add(
        new Call<>(
            "compareAndSet",
            state -> state == expected ? new Outcome<>(value, true) : new Outcome<>(state, false),
            won,
            0,
            10));
  }
}
