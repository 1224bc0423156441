package dev.nacre.vector.graph;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Checks the files of a graph without taking it into use. Stateless. */
public final class GraphCheck {
  private GraphCheck() {}

  /**
   * Reads every file.
   *
   * @param path the directory of a space's files
   * @param sink is told what is wrong
   * @return how many files there are
   */
  public static long run(Path path, String lineage, long version, Consumer<String> sink) {
    try (Directory files = FSDirectory.open(path)) {
      if (!DirectoryReader.indexExists(files)) {
        // The first build was cut off: the next one clears what it left.
        return 0;
      }
      try (DirectoryReader reader = DirectoryReader.open(files)) {
        GraphStamp stamp = GraphStamp.ofUserData(reader.getIndexCommit().getUserData());
        if (stamp == null) {
          sink.accept("its commit is not one of a graph");
        } else if (stamp.lineage().equals(lineage) && stamp.version() > version) {
          sink.accept("it is at version " + stamp.version() + ", the store at " + version);
        }
        for (LeafReaderContext leaf : reader.leaves()) {
          leaf.reader().checkIntegrity();
        }
      }
      return files.listAll().length;
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      sink.accept("its files cannot be read: " + e.getMessage());
      return 0;
    }
  }
}
