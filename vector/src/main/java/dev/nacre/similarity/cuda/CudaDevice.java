package dev.nacre.similarity.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.NativeResources;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * The first GPU of the CUDA driver, compute capability 7.5 or later. It works in the device's
 * primary context, which is made current for the calling thread by every call, and in the default
 * stream, so kernels and copies run one after the other.
 */
public final class CudaDevice implements Device {
  private static final int TILE = 8;
  private static final int SCORE_THREADS = 256;
  private static final int SELECT_THREADS = 128;
  private static final int CAPABILITY_MIN = 75;
  private static final String KERNELS = "similarity.ptx";

  private final NativeResources resources = new NativeResources();
  private final Arena arena = resources.arena();
  private final Cuda cuda;
  private final MemorySegment pointer;
  private final MemorySegment context;
  private final Kernel product;
  private final Kernel products;
  private final Kernel distance;
  private final Kernel distances;
  private final Kernel select;
  private final String description;
  private final long memoryBytes;

  /**
   * The first device.
   *
   * @throws UnavailableException when driver or device are missing, or the device is too old
   */
  public static CudaDevice open() {
    return new CudaDevice(Cuda.library());
  }

  /** The first device that {@code library} offers. */
  CudaDevice(SymbolLookup library) {
    boolean opened = false;
    try {
      this.cuda = new Cuda(library);
      this.pointer = arena.allocate(ADDRESS);
      int device = cuda.firstDevice(arena);
      String name = cuda.deviceName(arena, device);
      requireAble(device, name);
      cuda.call(cuda.deviceTotalMem, pointer, device);
      this.memoryBytes = pointer.get(JAVA_LONG, 0);
      MemorySegment version = arena.allocate(JAVA_INT);
      cuda.call(cuda.driverGetVersion, version);
      this.description =
          name
              + ", CUDA "
              + version.get(JAVA_INT, 0) / 1000
              + "."
              + version.get(JAVA_INT, 0) % 1000 / 10
              + ", "
              + (memoryBytes >> 20)
              + " MiB";
      cuda.call(cuda.primaryContextRetain, pointer, device);
      this.context = pointer.get(ADDRESS, 0);
      resources.add(() -> cuda.call(cuda.primaryContextRelease, device));
      use();
      cuda.call(cuda.moduleLoadData, pointer, arena.allocateFrom(kernels()));
      MemorySegment module = pointer.get(ADDRESS, 0);
      resources.add(() -> cuda.call(cuda.moduleUnload, module));
      this.product = new Kernel(module, "inner_products_1", 10);
      this.products = new Kernel(module, "inner_products_8", 10);
      this.distance = new Kernel(module, "negated_distances_1", 10);
      this.distances = new Kernel(module, "negated_distances_8", 10);
      this.select = new Kernel(module, "select_rows", 8);
      opened = true;
    } finally {
      if (!opened) {
        resources.close();
      }
    }
  }

  /** A kernel with its arguments: each has eight bytes, and a pointer to them. */
  private final class Kernel {
    private final MemorySegment function;
    private final MemorySegment values;
    private final MemorySegment pointers;

    Kernel(MemorySegment module, String name, int arguments) {
      cuda.call(cuda.moduleGetFunction, pointer, module, arena.allocateFrom(name));
      this.function = pointer.get(ADDRESS, 0);
      this.values = arena.allocate(JAVA_LONG, arguments);
      this.pointers = arena.allocate(ADDRESS, arguments);
      for (int i = 0; i < arguments; i++) {
        pointers.setAtIndex(ADDRESS, i, values.asSlice(i * JAVA_LONG.byteSize()));
      }
    }

    Kernel buffer(int index, long handle) {
      values.setAtIndex(JAVA_LONG, index, handle);
      return this;
    }

    Kernel number(int index, int number) {
      values.set(JAVA_INT, index * JAVA_LONG.byteSize(), number);
      return this;
    }

    /** Begins blocks of {@code threads} threads, {@code x} times {@code y}. */
    void launch(int x, int y, int threads) {
      cuda.call(
          cuda.launchKernel,
          function,
          x,
          y,
          1,
          threads,
          1,
          1,
          0,
          MemorySegment.NULL,
          pointers,
          MemorySegment.NULL);
    }
  }

  private void requireAble(int device, String name) {
    int major = cuda.attribute(arena, Cuda.COMPUTE_CAPABILITY_MAJOR, device);
    int minor = cuda.attribute(arena, Cuda.COMPUTE_CAPABILITY_MINOR, device);
    if (major * 10 + minor < CAPABILITY_MIN) {
      throw new UnavailableException(
          "similarity provider \"cuda\" is forced but \""
              + name
              + "\" has compute capability "
              + major
              + "."
              + minor
              + "; it takes 7.5",
          Map.of("provider", "cuda", "device", name, "capability", major + "." + minor));
    }
  }

  private static String kernels() {
    try (InputStream stream = CudaDevice.class.getResourceAsStream(KERNELS)) {
      return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the context the calling thread's: calls come from many threads. */
  private void use() {
    cuda.call(cuda.contextSetCurrent, context);
  }

  @Override
  public String provider() {
    return "cuda";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public long bufferBytesMax() {
    return memoryBytes;
  }

  @Override
  public int queryTile() {
    return TILE;
  }

  @Override
  public long allocate(long bytes) {
    use();
    cuda.call(cuda.memAlloc, pointer, bytes);
    return pointer.get(JAVA_LONG, 0);
  }

  @Override
  public void free(long handle) {
    use();
    cuda.call(cuda.memFree, handle);
  }

  @Override
  public void write(long handle, long offset, MemorySegment from) {
    use();
    cuda.call(cuda.copyToDevice, handle + offset, from, from.byteSize());
  }

  @Override
  public void read(long handle, long offset, MemorySegment to) {
    use();
    cuda.call(cuda.copyToHost, to, handle + offset, to.byteSize());
  }

  @Override
  public void score(Scoring scoring) {
    use();
    boolean single = scoring.queryCount() == 1;
    Kernel one = scoring.distances() ? distance : product;
    Kernel many = scoring.distances() ? distances : products;
    (single ? one : many)
        .buffer(0, scoring.rows())
        .buffer(1, scoring.queries())
        .buffer(2, scoring.scores())
        .buffer(3, scoring.maxima())
        .buffer(4, scoring.mask())
        .number(5, scoring.mask() == 0 ? 0 : 1)
        .number(6, scoring.first())
        .number(7, scoring.count())
        .number(8, scoring.stride())
        .number(9, scoring.rowLimit())
        .launch(
            (scoring.count() + GROUP_ROWS - 1) / GROUP_ROWS,
            single ? 1 : (scoring.queryCount() + TILE - 1) / TILE,
            SCORE_THREADS);
  }

  @Override
  public void select(Selecting selecting) {
    use();
    int groups = selecting.rowLimit() / GROUP_ROWS;
    select
        .buffer(0, selecting.scores())
        .buffer(1, selecting.maxima())
        .buffer(2, selecting.thresholds())
        .buffer(3, selecting.counts())
        .buffer(4, selecting.found())
        .number(5, selecting.count())
        .number(6, selecting.rowLimit())
        .number(7, selecting.capacity())
        .launch(
            (groups + SELECT_THREADS - 1) / SELECT_THREADS, selecting.queryCount(), SELECT_THREADS);
  }

  @Override
  public void close() {
    try {
      use();
      cuda.call(cuda.contextSynchronize);
    } finally {
      resources.close();
    }
  }
}
