package dev.nacre.sql.arrow;

import dev.nacre.error.UnavailableException;
import dev.nacre.model.Embedding;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process that is killed while it exports. */
public final class ExportChild {
  static final int RECORDS = 20_000;

  private ExportChild() {}

  /** Exports to the file that it is given; says so before, and what came of it. */
  public static void main(String[] arguments) {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      List<Write> writes = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        float[] vector = new float[64];
        vector[i % 64] = 1;
        writes.add(Tables.upsert("n", "k" + i, Value.text("v".repeat(100)), Embedding.of(vector)));
      }
      Tables.commit(store, writes.toArray(Write[]::new));
      System.out.println(ChildJvm.MARK + "exporting");
      var _ = Tables.file(store, Path.of(arguments[0]));
      System.out.println(ChildJvm.MARK + "exported");
      // Until it is killed.
      var _ = System.in.read();
    } catch (UnavailableException e) {
      System.out.println(ChildJvm.MARK + e.code() + " " + e.details().get("flag"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
