package dev.nacre.vector.graph;

import dev.nacre.model.EmbeddingSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NoMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index files of one embedding space: a Lucene directory on disk, or in memory for a store in
 * memory. Derived data: whatever cannot be used is deleted, with a warning, and built again.
 *
 * <p>Opening and writing are for one thread at a time; an index handed out lives on its own.
 * Segments are never merged by Lucene: a build writes one segment when the RAM buffer can hold it,
 * an extension adds one, and the caller builds anew when there are too many. So no merge stalls
 * anything, and stopping takes as long as inserting one vector.
 */
public final class GraphFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphFiles.class);
  private static final int RAM_BUFFER_MIB_MAX = 1800;

  private final @Nullable Path path;
  private final EmbeddingSpace space;
  private @Nullable Directory directory;

  /** How a graph is written. */
  public enum Mode {
    /** From nothing. What was there stays readable until the new graph is committed. */
    BUILD,
    /** On top of what is there. */
    EXTEND
  }

  /** Fills a graph. */
  @FunctionalInterface
  public interface Source {
    /** Hands everything to {@code sink}; lets its exceptions pass. */
    void feed(GraphSink sink);
  }

  /**
   * Files in a directory, which is created when something is written.
   *
   * @param path the directory, or null for memory
   */
  public GraphFiles(@Nullable Path path, EmbeddingSpace space) {
    this.path = path;
    this.space = space;
  }

  /** The directory of a space's files under the index directory of a store. */
  public static Path pathOf(Path indexDirectory, int namespaceId, EmbeddingSpace space) {
    // Names may be "..", and differ by case only: neither is a directory name everywhere.
    StringBuilder name = new StringBuilder("space-");
    for (char letter : space.name().toCharArray()) {
      if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
        name.append(letter);
      } else {
        name.append('=').append(Integer.toHexString(letter));
      }
    }
    return indexDirectory.resolve(Integer.toString(namespaceId)).resolve(name.toString());
  }

  /** Whether a graph was committed there; it may be damaged. */
  public boolean exists() {
    if (path != null && directory == null && !Files.isDirectory(path)) {
      return false;
    }
    try {
      return DirectoryReader.indexExists(directory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Opens what is there and checks every file's checksum. Null when there is nothing, or what is
   * there cannot serve {@code wanted}; then it is deleted, if it can be.
   */
  public @Nullable GraphIndex open(GraphStamp wanted) {
    if (path != null && directory == null && !Files.isDirectory(path)) {
      return null;
    }
    String problem;
    try {
      Directory files = directory();
      if (!DirectoryReader.indexExists(files)) {
        // Nothing yet, or the first build was cut off: the next one clears what it left.
        return null;
      }
      DirectoryReader reader = DirectoryReader.open(files);
      GraphIndex index = null;
      try {
        GraphStamp found = GraphStamp.ofUserData(reader.getIndexCommit().getUserData());
        problem = found == null ? "its commit is not ours" : found.mismatch(wanted);
        if (found != null && problem == null) {
          for (LeafReaderContext leaf : reader.leaves()) {
            leaf.reader().checkIntegrity();
          }
          index = GraphIndex.of(reader, found);
          return index;
        }
      } finally {
        if (index == null) {
          reader.close();
        }
      }
    } catch (ClosedByInterruptException e) {
      // Somebody wants this thread for something else; it says nothing about the files.
      LOG.debug("Opening graph index {} was interrupted", where(), e);
      return null;
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      problem = "its files cannot be read: " + e;
    }
    LOG.warn("Graph index {} is deleted and will be rebuilt: {}", where(), problem);
    try {
      delete();
    } catch (UncheckedIOException e) {
      // Searches do without; the next build says so if it cannot write either.
      LOG.warn("Graph index {} cannot be deleted; searches stay exact", where(), e);
    }
    return null;
  }

  /**
   * Writes a graph and opens it. The commit is atomic: until it is done, and after a crash before
   * that, the former graph stands.
   *
   * @param stop asked between vectors
   * @throws CancellationException when {@code stop} said so; nothing has changed
   * @throws UncheckedIOException when the files cannot be written; nothing has changed
   */
  public GraphIndex write(Mode mode, GraphStamp stamp, Source source, BooleanSupplier stop) {
    try {
      Directory files = directory();
      IndexWriterConfig config =
          new IndexWriterConfig(null)
              .setCodec(new GraphCodec())
              .setOpenMode(
                  mode == Mode.BUILD
                      ? IndexWriterConfig.OpenMode.CREATE
                      : IndexWriterConfig.OpenMode.APPEND)
              .setMergePolicy(NoMergePolicy.INSTANCE)
              .setMergeScheduler(NoMergeScheduler.INSTANCE)
              .setUseCompoundFile(false)
              .setCommitOnClose(false)
              .setRAMBufferSizeMB(ramBufferMib());
      // Without a commit on close, closing early rolls back.
      try (IndexWriter writer = new IndexWriter(files, config)) {
        source.feed(new GraphSink(writer, similarity(), stop));
        if (stop.getAsBoolean()) {
          throw new CancellationException("the graph build was stopped");
        }
        writer.setLiveCommitData(stamp.toUserData().entrySet());
        writer.commit();
      }
      return GraphIndex.of(DirectoryReader.open(files), stamp);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes the files. Indexes that are open stay readable. */
  public void delete() {
    close();
    if (path != null) {
      deleteTree(path);
    }
  }

  /** Closes the directory; files on disk stay, files in memory are gone. */
  @Override
  public void close() {
    try {
      if (directory != null) {
        directory.close();
        directory = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a directory with everything in it; nothing happens when there is none. */
  public static void deleteTree(Path root) {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            // What makes the files an index goes first: what is left half-way is none.
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
                throws IOException {
              try (DirectoryStream<Path> commits =
                  Files.newDirectoryStream(visited, IndexFileNames.SEGMENTS + "*")) {
                for (Path commit : commits) {
                  Files.deleteIfExists(commit);
                }
                return FileVisitResult.CONTINUE;
              } catch (NoSuchFileException _) {
                return FileVisitResult.SKIP_SUBTREE;
              } catch (DirectoryIteratorException e) {
                throw e.getCause();
              }
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              if (e != null) {
                throw e;
              }
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Directory directory() throws IOException {
    if (directory == null) {
      directory = path == null ? new ByteBuffersDirectory() : FSDirectory.open(path);
    }
    return directory;
  }

  private String where() {
    return path == null ? "in memory" : path.toString();
  }

  private VectorSimilarityFunction similarity() {
    return switch (space.metric()) {
      // Vectors arrive scaled to length one.
      case COSINE -> VectorSimilarityFunction.DOT_PRODUCT;
      case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
      case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
    };
  }

  /** Vectors are on the heap until their segment is written: at most a third of it. */
  private static double ramBufferMib() {
    long third = (Runtime.getRuntime().maxMemory() / 3) >> 20;
    return Math.clamp(third, 16, RAM_BUFFER_MIB_MAX);
  }
}
