package dev.nacre.store.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The real file system whose n-th call fails, and every later one too when it stays broken. A write
 * that fails leaves half of its bytes behind.
 */
final class FailingFileOperations implements FileOperations {
  private final int failAt;
  private final boolean staysBroken;
  private int calls;
  private boolean failed;

  FailingFileOperations(int failAt, boolean staysBroken) {
    this.failAt = failAt;
    this.staysBroken = staysBroken;
  }

  /** Whether there was a call to fail. */
  boolean failed() {
    return failed;
  }

  private boolean fails() {
    calls++;
    if (calls == failAt || (staysBroken && calls > failAt)) {
      failed = true;
      return true;
    }
    return false;
  }

  private void step() throws IOException {
    if (fails()) {
      throw new IOException("injected at call " + calls);
    }
  }

  @Override
  public List<String> list(Path directory, int limit) throws IOException {
    step();
    return REAL.list(directory, limit);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    step();
    REAL.createDirectories(directory);
  }

  @Override
  public byte[] read(Path file, int limit) throws IOException {
    step();
    return REAL.read(file, limit);
  }

  @Override
  public void write(Path file, byte[] bytes) throws IOException {
    if (fails()) {
      REAL.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      throw new IOException("injected at call " + calls);
    }
    REAL.write(file, bytes);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    step();
    REAL.syncFile(file);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
    REAL.syncDirectory(directory);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    step();
    REAL.replace(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    step();
    REAL.delete(file);
  }

  @Override
  public @Nullable Closeable tryLock(Path file) throws IOException {
    step();
    return REAL.tryLock(file);
  }
}
