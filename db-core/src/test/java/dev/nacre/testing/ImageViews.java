package dev.nacre.testing;

import dev.nacre.store.Store;
import dev.nacre.store.verify.ViewCheck;
import java.util.Random;

/** Views beside a store whose images are made: what is derived loses power, too. */
public interface ImageViews {
  /** No view. */
  ImageViews NONE =
      new ImageViews() {
        @Override
        public AutoCloseable follow(Store store, Random random) {
          return () -> {};
        }

        @Override
        public void compare(Store store, OracleModel model, Random random) {}

        @Override
        public ViewCheck check() {
          return ViewCheck.NONE;
        }
      };

  /** In the child: uses views of a store that is written, until it is closed. */
  AutoCloseable follow(Store store, Random random);

  /** Of an image: the views answer at the store's version, and as the model says. */
  void compare(Store store, OracleModel model, Random random);

  /** What verification asks of them when they have been used. */
  ViewCheck check();
}
