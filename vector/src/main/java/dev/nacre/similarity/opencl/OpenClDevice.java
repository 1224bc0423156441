package dev.nacre.similarity.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.NativeFunction;
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

/** A device behind OpenCL 1.2 or later, full profile. Kernels are built when it is opened. */
public final class OpenClDevice implements Device {
  private static final int TILE = 4;

  /** Work-items of a group that select; they do not work together. */
  private static final long SELECT_ITEMS = 64;

  private static final String SOURCE = "similarity.cl";

  private final NativeResources resources = new NativeResources();
  private final Arena arena = resources.arena();
  private final OpenCl cl;
  private final MemorySegment device;
  private final MemorySegment code;
  private final MemorySegment argument;
  private final MemorySegment sizes;
  private final MemorySegment context;
  private final MemorySegment queue;
  private final MemorySegment products;
  private final MemorySegment distances;
  private final MemorySegment select;
  private final MemorySegment noMask;
  private final String description;
  private final long memoryBytes;
  private final long bufferBytesMax;

  /**
   * The first device there is.
   *
   * @throws UnavailableException when the library or a device is missing, or is not able
   */
  public static OpenClDevice open() {
    return new OpenClDevice(OpenCl.library());
  }

  /** The first device that {@code library} offers. */
  OpenClDevice(SymbolLookup library) {
    boolean opened = false;
    try {
      this.cl = new OpenCl(library);
      this.code = arena.allocate(JAVA_INT);
      this.argument = arena.allocate(JAVA_LONG);
      this.sizes = arena.allocate(JAVA_LONG, 4);
      this.device = cl.firstDevice(arena);
      String name = cl.text(arena, device, OpenCl.DEVICE_NAME);
      requireAble(name);
      this.memoryBytes = cl.number(arena, device, OpenCl.DEVICE_GLOBAL_MEM_SIZE);
      this.bufferBytesMax = cl.number(arena, device, OpenCl.DEVICE_MAX_MEM_ALLOC_SIZE);
      this.description =
          name
              + ", "
              + cl.text(arena, device, OpenCl.DEVICE_VERSION)
              + ", driver "
              + cl.text(arena, device, OpenCl.DRIVER_VERSION)
              + ", "
              + (memoryBytes >> 20)
              + " MiB";
      MemorySegment one = arena.allocateFrom(ADDRESS, device);
      this.context =
          made(
              cl.createContext,
              cl.releaseContext,
              MemorySegment.NULL,
              1,
              one,
              MemorySegment.NULL,
              MemorySegment.NULL,
              code);
      this.queue = made(cl.createCommandQueue, cl.releaseCommandQueue, context, device, 0L, code);
      MemorySegment program = program(one);
      this.products = kernel(program, "inner_products");
      this.distances = kernel(program, "negated_distances");
      this.select = kernel(program, "select_rows");
      this.noMask =
          made(
              cl.createBuffer,
              cl.releaseMemObject,
              context,
              OpenCl.MEM_READ_WRITE,
              (long) Long.BYTES,
              MemorySegment.NULL,
              code);
      opened = true;
    } finally {
      if (!opened) {
        resources.close();
      }
    }
  }

  private void requireAble(String name) {
    String profile = cl.text(arena, device, OpenCl.DEVICE_PROFILE);
    boolean littleEndian = (int) cl.number(arena, device, OpenCl.DEVICE_ENDIAN_LITTLE) != 0;
    if (!profile.equals("FULL_PROFILE") || !littleEndian) {
      throw new UnavailableException(
          "similarity provider \"opencl\" is forced but the device \""
              + name
              + "\" is not a little-endian one of the full profile",
          Map.of("provider", "opencl", "device", name, "profile", profile));
    }
  }

  private MemorySegment program(MemorySegment devices) {
    MemorySegment source = arena.allocateFrom(source());
    MemorySegment program =
        made(
            cl.createProgramWithSource,
            cl.releaseProgram,
            context,
            1,
            arena.allocateFrom(ADDRESS, source),
            MemorySegment.NULL,
            code);
    int built =
        cl.buildProgram.status(
            program,
            1,
            devices,
            arena.allocateFrom("-cl-std=CL1.2"),
            MemorySegment.NULL,
            MemorySegment.NULL);
    if (built != OpenClErrors.SUCCESS) {
      throw OpenClErrors.of(cl.buildProgram.name(), built, buildLog(program));
    }
    return program;
  }

  private String buildLog(MemorySegment program) {
    long room = 8 << 10;
    MemorySegment log = arena.allocate(room + 1);
    int read =
        cl.getProgramBuildInfo.status(
            program, device, OpenCl.PROGRAM_BUILD_LOG, room, log, MemorySegment.NULL);
    return read == OpenClErrors.SUCCESS ? log.getString(0) : "";
  }

  private static String source() {
    try (InputStream stream = OpenClDevice.class.getResourceAsStream(SOURCE)) {
      return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MemorySegment kernel(MemorySegment program, String name) {
    return made(cl.createKernel, cl.releaseKernel, program, arena.allocateFrom(name), code);
  }

  /** Makes something that is released when the device is closed. */
  private MemorySegment made(NativeFunction make, NativeFunction release, Object... arguments) {
    MemorySegment made = make.pointer(arguments);
    OpenClErrors.check(make.name(), code.get(JAVA_INT, 0));
    resources.add(() -> OpenClErrors.check(release.name(), release.status(made)));
    return made;
  }

  @Override
  public String provider() {
    return "opencl";
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
    return bufferBytesMax;
  }

  @Override
  public int queryTile() {
    return TILE;
  }

  @Override
  public long allocate(long bytes) {
    MemorySegment buffer =
        cl.createBuffer.pointer(context, OpenCl.MEM_READ_WRITE, bytes, MemorySegment.NULL, code);
    OpenClErrors.check(cl.createBuffer.name(), code.get(JAVA_INT, 0));
    return buffer.address();
  }

  @Override
  public void free(long handle) {
    OpenClErrors.check(
        cl.releaseMemObject.name(), cl.releaseMemObject.status(MemorySegment.ofAddress(handle)));
  }

  @Override
  public void write(long handle, long offset, MemorySegment from) {
    transfer(cl.enqueueWriteBuffer, handle, offset, from);
  }

  @Override
  public void read(long handle, long offset, MemorySegment to) {
    transfer(cl.enqueueReadBuffer, handle, offset, to);
  }

  private void transfer(NativeFunction call, long handle, long offset, MemorySegment host) {
    OpenClErrors.check(
        call.name(),
        call.status(
            queue,
            MemorySegment.ofAddress(handle),
            OpenCl.TRUE,
            offset,
            host.byteSize(),
            host,
            0,
            MemorySegment.NULL,
            MemorySegment.NULL));
  }

  @Override
  public void score(Scoring scoring) {
    MemorySegment kernel = scoring.distances() ? distances : products;
    buffer(kernel, 0, scoring.rows());
    buffer(kernel, 1, scoring.queries());
    buffer(kernel, 2, scoring.scores());
    buffer(kernel, 3, scoring.maxima());
    buffer(kernel, 4, scoring.mask() == 0 ? noMask.address() : scoring.mask());
    number(kernel, 5, scoring.mask() == 0 ? 0 : 1);
    number(kernel, 6, scoring.first());
    number(kernel, 7, scoring.count());
    number(kernel, 8, scoring.stride());
    number(kernel, 9, scoring.rowLimit());
    long items = (scoring.count() + GROUP_ROWS - 1L) / GROUP_ROWS * GROUP_ROWS;
    launch(kernel, items, (scoring.queryCount() + TILE - 1) / TILE, GROUP_ROWS);
  }

  @Override
  public void select(Selecting selecting) {
    buffer(select, 0, selecting.scores());
    buffer(select, 1, selecting.maxima());
    buffer(select, 2, selecting.thresholds());
    buffer(select, 3, selecting.counts());
    buffer(select, 4, selecting.found());
    number(select, 5, selecting.count());
    number(select, 6, selecting.rowLimit());
    number(select, 7, selecting.capacity());
    long groups = selecting.rowLimit() / GROUP_ROWS;
    long items = (groups + SELECT_ITEMS - 1) / SELECT_ITEMS * SELECT_ITEMS;
    launch(select, items, selecting.queryCount(), SELECT_ITEMS);
  }

  private void buffer(MemorySegment kernel, int index, long handle) {
    argument.set(JAVA_LONG, 0, handle);
    set(kernel, index, ADDRESS.byteSize());
  }

  private void number(MemorySegment kernel, int index, int value) {
    argument.set(JAVA_INT, 0, value);
    set(kernel, index, Integer.BYTES);
  }

  private void set(MemorySegment kernel, int index, long bytes) {
    OpenClErrors.check(
        cl.setKernelArg.name(), cl.setKernelArg.status(kernel, index, bytes, argument));
  }

  /** Begins a kernel over {@code items} times {@code queries}. */
  private void launch(MemorySegment kernel, long items, long queries, long groupItems) {
    sizes.setAtIndex(JAVA_LONG, 0, items);
    sizes.setAtIndex(JAVA_LONG, 1, queries);
    sizes.setAtIndex(JAVA_LONG, 2, groupItems);
    sizes.setAtIndex(JAVA_LONG, 3, 1);
    OpenClErrors.check(
        cl.enqueueNdRangeKernel.name(),
        cl.enqueueNdRangeKernel.status(
            queue,
            kernel,
            2,
            MemorySegment.NULL,
            sizes,
            sizes.asSlice(2 * JAVA_LONG.byteSize()),
            0,
            MemorySegment.NULL,
            MemorySegment.NULL));
  }

  @Override
  public void close() {
    try {
      OpenClErrors.check(cl.finish.name(), cl.finish.status(queue));
    } finally {
      resources.close();
    }
  }
}
