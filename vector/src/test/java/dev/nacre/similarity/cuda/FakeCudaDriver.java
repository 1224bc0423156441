package dev.nacre.similarity.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.ModelKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CUDA driver in Java behind native function pointers: the calls cross the border that calls of
 * the real one cross, and its kernels are models. Each function has the parameters of cuda.h.
 */
public final class FakeCudaDriver implements SymbolLookup, AutoCloseable {
  private static final long CONTEXT = 0xC0;
  private static final long MODULE = 0xD0;
  private static final int INVALID_VALUE = 1;
  private static final int OUT_OF_MEMORY = 2;
  private static final int INVALID_CONTEXT = 201;

  private final Arena arena = Arena.ofShared();
  private final Map<Long, Arena> memory = new HashMap<>();
  private final List<String> kernels = new ArrayList<>();
  private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);
  private final MemorySegment errorName = arena.allocateFrom("CUDA_ERROR_OF_THE_TEST");
  private @Nullable String failing;
  private int failure;
  int devices = 1;
  int major = 9;
  int retained;
  int modules;

  /** From now on {@code function} answers {@code code}. */
  void fail(String function, int code) {
    failing = function;
    failure = code;
  }

  int buffers() {
    return memory.size();
  }

  @Override
  public Optional<MemorySegment> find(String name) {
    for (Method method : FakeCudaDriver.class.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        return Optional.of(pointer(method));
      }
    }
    return Optional.empty();
  }

  private MemorySegment pointer(Method method) {
    try {
      MethodHandle handle = MethodHandles.lookup().unreflect(method).bindTo(this);
      MemoryLayout[] parameters = new MemoryLayout[method.getParameterCount()];
      for (int i = 0; i < parameters.length; i++) {
        Class<?> type = method.getParameterTypes()[i];
        parameters[i] = type == int.class ? JAVA_INT : type == long.class ? JAVA_LONG : ADDRESS;
      }
      return Linker.nativeLinker()
          .upcallStub(handle, FunctionDescriptor.of(JAVA_INT, parameters), arena);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private int code(String function, boolean needsContext) {
    if (function.equals(failing)) {
      return failure;
    }
    return needsContext && current.get() != CONTEXT ? INVALID_CONTEXT : 0;
  }

  private static MemorySegment at(MemorySegment pointer, long bytes) {
    return pointer.reinterpret(bytes);
  }

  private static MemorySegment at(long address) {
    return MemorySegment.ofAddress(address).reinterpret(1L << 32);
  }

  int cuInit(int flags) {
    return code("cuInit", false);
  }

  int cuDriverGetVersion(MemorySegment version) {
    at(version, 4).set(JAVA_INT, 0, 13_010);
    return code("cuDriverGetVersion", false);
  }

  int cuDeviceGetCount(MemorySegment count) {
    at(count, 4).set(JAVA_INT, 0, devices);
    return code("cuDeviceGetCount", false);
  }

  int cuDeviceGet(MemorySegment device, int ordinal) {
    at(device, 4).set(JAVA_INT, 0, 5 + ordinal);
    return code("cuDeviceGet", false);
  }

  int cuDeviceGetName(MemorySegment name, int length, int device) {
    at(name, length).setString(0, "Fake " + device);
    return code("cuDeviceGetName", false);
  }

  int cuDeviceGetAttribute(MemorySegment value, int attribute, int device) {
    int answer = attribute == Cuda.COMPUTE_CAPABILITY_MAJOR ? major : 0;
    at(value, 4).set(JAVA_INT, 0, answer);
    return code("cuDeviceGetAttribute", false);
  }

  int cuDeviceTotalMem_v2(MemorySegment bytes, int device) {
    at(bytes, 8).set(JAVA_LONG, 0, 1L << 32);
    return code("cuDeviceTotalMem_v2", false);
  }

  int cuDevicePrimaryCtxRetain(MemorySegment context, int device) {
    at(context, 8).set(JAVA_LONG, 0, CONTEXT);
    int code = code("cuDevicePrimaryCtxRetain", false);
    retained += code == 0 ? 1 : 0;
    return code;
  }

  int cuDevicePrimaryCtxRelease_v2(int device) {
    retained--;
    return code("cuDevicePrimaryCtxRelease_v2", false);
  }

  int cuCtxSetCurrent(MemorySegment context) {
    current.set(context.address());
    return code("cuCtxSetCurrent", false);
  }

  int cuCtxSynchronize() {
    return code("cuCtxSynchronize", true);
  }

  int cuModuleLoadData(MemorySegment module, MemorySegment image) {
    if (!at(image, 1 << 20).getString(0).startsWith(".version 6.3")) {
      return INVALID_VALUE;
    }
    at(module, 8).set(JAVA_LONG, 0, MODULE);
    int code = code("cuModuleLoadData", true);
    modules += code == 0 ? 1 : 0;
    return code;
  }

  int cuModuleUnload(MemorySegment module) {
    modules--;
    return module.address() == MODULE ? code("cuModuleUnload", true) : INVALID_VALUE;
  }

  int cuModuleGetFunction(MemorySegment function, MemorySegment module, MemorySegment name) {
    kernels.add(at(name, 100).getString(0));
    at(function, 8).set(JAVA_LONG, 0, kernels.size());
    return code("cuModuleGetFunction", true);
  }

  int cuMemAlloc_v2(MemorySegment pointer, long bytes) {
    if (bytes > 1L << 31) {
      return OUT_OF_MEMORY;
    }
    Arena own = Arena.ofShared();
    MemorySegment buffer = own.allocate(bytes, 256);
    memory.put(buffer.address(), own);
    at(pointer, 8).set(JAVA_LONG, 0, buffer.address());
    return code("cuMemAlloc_v2", true);
  }

  int cuMemFree_v2(long pointer) {
    Arena own = memory.remove(pointer);
    if (own == null) {
      return INVALID_VALUE;
    }
    own.close();
    return code("cuMemFree_v2", true);
  }

  int cuMemcpyHtoD_v2(long target, MemorySegment source, long bytes) {
    at(target).asSlice(0, bytes).copyFrom(at(source, bytes));
    return code("cuMemcpyHtoD_v2", true);
  }

  int cuMemcpyDtoH_v2(MemorySegment target, long source, long bytes) {
    at(target, bytes).copyFrom(at(source).asSlice(0, bytes));
    return code("cuMemcpyDtoH_v2", true);
  }

  int cuGetErrorName(int error, MemorySegment name) {
    if (error == 12_345) {
      return INVALID_VALUE;
    }
    at(name, 8).set(ADDRESS, 0, errorName);
    return 0;
  }

  int cuLaunchKernel(
      MemorySegment function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      MemorySegment stream,
      MemorySegment parameters,
      MemorySegment extra) {
    int code = code("cuLaunchKernel", true);
    if (code != 0) {
      return code;
    }
    String kernel = kernels.get((int) function.address() - 1);
    Arguments arguments = new Arguments(at(parameters, 80));
    if (gridZ != 1 || blockY != 1 || blockZ != 1 || gridX < 1 || gridY < 1) {
      return INVALID_VALUE;
    }
    return kernel.equals("select_rows")
        ? select(arguments, gridX * blockX, gridY)
        : score(kernel, arguments, gridX, gridY, blockX);
  }

  /** Points to the value of each argument. */
  private record Arguments(MemorySegment pointers) {
    MemorySegment buffer(int index) {
      return at(address(index));
    }

    long address(int index) {
      return value(index).get(JAVA_LONG, 0);
    }

    int number(int index) {
      return value(index).get(JAVA_INT, 0);
    }

    private MemorySegment value(int index) {
      return pointers.getAtIndex(ADDRESS, index).reinterpret(JAVA_LONG.byteSize());
    }
  }

  private static int score(String kernel, Arguments a, int groups, int tiles, int threads) {
    int tile = kernel.endsWith("_8") ? 8 : 1;
    int count = a.number(7);
    if (threads != 256 || groups != (count + Device.GROUP_ROWS - 1) / Device.GROUP_ROWS) {
      return INVALID_VALUE;
    }
    ModelKernels.score(
        kernel.startsWith("negated"),
        a.buffer(0),
        a.buffer(1),
        tile * tiles,
        a.buffer(2),
        a.buffer(3),
        a.number(5) == 0 ? null : a.buffer(4),
        a.number(6),
        count,
        a.number(8),
        a.number(9));
    return 0;
  }

  private static int select(Arguments a, int threads, int queries) {
    if (threads < a.number(6) / Device.GROUP_ROWS) {
      return INVALID_VALUE;
    }
    ModelKernels.select(
        a.buffer(0),
        a.buffer(1),
        a.buffer(2),
        a.buffer(3),
        a.buffer(4),
        queries,
        a.number(5),
        a.number(6),
        a.number(7));
    return 0;
  }

  @Override
  public void close() {
    memory.values().forEach(Arena::close);
    arena.close();
  }
}
