package dev.nacre.similarity.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.NativeFunction;
import dev.nacre.similarity.device.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The functions of the CUDA driver that we call. {@code CUdeviceptr} and {@code size_t} are longs,
 * contexts, modules and functions are pointers, devices are ints.
 */
final class Cuda {
  static final int COMPUTE_CAPABILITY_MAJOR = 75;
  static final int COMPUTE_CAPABILITY_MINOR = 76;

  private static final int SUCCESS = 0;
  private static final int OUT_OF_MEMORY = 2;
  private static final String REMEDY = "install the driver of an NVIDIA GPU";
  private static final long NAME_BYTES_MAX = 256;

  final NativeFunction init;
  final NativeFunction driverGetVersion;
  final NativeFunction deviceGetCount;
  final NativeFunction deviceGet;
  final NativeFunction deviceGetName;
  final NativeFunction deviceGetAttribute;
  final NativeFunction deviceTotalMem;
  final NativeFunction primaryContextRetain;
  final NativeFunction primaryContextRelease;
  final NativeFunction contextSetCurrent;
  final NativeFunction contextSynchronize;
  final NativeFunction moduleLoadData;
  final NativeFunction moduleUnload;
  final NativeFunction moduleGetFunction;
  final NativeFunction memAlloc;
  final NativeFunction memFree;
  final NativeFunction copyToDevice;
  final NativeFunction copyToHost;
  final NativeFunction launchKernel;
  private final NativeFunction getErrorName;

  /** Finds every function in {@code library}. */
  Cuda(SymbolLookup library) {
    this.init = NativeFunction.status(library, "cuInit", JAVA_INT);
    this.driverGetVersion = NativeFunction.status(library, "cuDriverGetVersion", ADDRESS);
    this.deviceGetCount = NativeFunction.status(library, "cuDeviceGetCount", ADDRESS);
    this.deviceGet = NativeFunction.status(library, "cuDeviceGet", ADDRESS, JAVA_INT);
    this.deviceGetName =
        NativeFunction.status(library, "cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
    this.deviceGetAttribute =
        NativeFunction.status(library, "cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    this.deviceTotalMem = NativeFunction.status(library, "cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
    this.primaryContextRetain =
        NativeFunction.status(library, "cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
    this.primaryContextRelease =
        NativeFunction.status(library, "cuDevicePrimaryCtxRelease_v2", JAVA_INT);
    this.contextSetCurrent = NativeFunction.status(library, "cuCtxSetCurrent", ADDRESS);
    this.contextSynchronize = NativeFunction.status(library, "cuCtxSynchronize");
    this.moduleLoadData = NativeFunction.status(library, "cuModuleLoadData", ADDRESS, ADDRESS);
    this.moduleUnload = NativeFunction.status(library, "cuModuleUnload", ADDRESS);
    this.moduleGetFunction =
        NativeFunction.status(library, "cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS);
    this.memAlloc = NativeFunction.status(library, "cuMemAlloc_v2", ADDRESS, JAVA_LONG);
    this.memFree = NativeFunction.status(library, "cuMemFree_v2", JAVA_LONG);
    this.copyToDevice =
        NativeFunction.status(library, "cuMemcpyHtoD_v2", JAVA_LONG, ADDRESS, JAVA_LONG);
    this.copyToHost =
        NativeFunction.status(library, "cuMemcpyDtoH_v2", ADDRESS, JAVA_LONG, JAVA_LONG);
    this.launchKernel =
        NativeFunction.status(
            library,
            "cuLaunchKernel",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    this.getErrorName = NativeFunction.status(library, "cuGetErrorName", JAVA_INT, ADDRESS);
  }

  /**
   * The driver's library.
   *
   * @throws UnavailableException when there is none, naming what was looked for
   */
  static SymbolLookup library() {
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    List<String> names = windows ? List.of("nvcuda.dll") : List.of("libcuda.so.1", "libcuda.so");
    return NativeLibraries.open("cuda", names, REMEDY);
  }

  /** Calls, and throws what the code says. */
  void call(NativeFunction function, Object... arguments) {
    int code = function.status(arguments);
    if (code != SUCCESS) {
      throw error(function.name(), code);
    }
  }

  /** Loads the driver; the first device's number. */
  int firstDevice(Arena arena) {
    int code = init.status(0);
    MemorySegment number = arena.allocate(JAVA_INT);
    int count = 0;
    if (code == SUCCESS) {
      call(deviceGetCount, number);
      count = number.get(JAVA_INT, 0);
    }
    if (count == 0) {
      throw new UnavailableException(
          "similarity provider \"cuda\" is forced and its library is there, but there is no device"
              + (code == SUCCESS ? "" : ": cuInit failed with " + name(code))
              + "; "
              + REMEDY,
          Map.of("provider", "cuda", "call", init.name(), "code", Integer.toString(code)));
    }
    call(deviceGet, number, 0);
    return number.get(JAVA_INT, 0);
  }

  int attribute(Arena arena, int attribute, int device) {
    MemorySegment value = arena.allocate(JAVA_INT);
    call(deviceGetAttribute, value, attribute, device);
    return value.get(JAVA_INT, 0);
  }

  String deviceName(Arena arena, int device) {
    MemorySegment name = arena.allocate(NAME_BYTES_MAX);
    call(deviceGetName, name, (int) NAME_BYTES_MAX, device);
    return name.getString(0);
  }

  private NacreException error(String call, int code) {
    String message = "similarity provider \"cuda\": " + call + " failed with " + name(code);
    Map<String, String> details =
        Map.of("provider", "cuda", "call", call, "code", Integer.toString(code));
    return code == OUT_OF_MEMORY
        ? new ResourceExhaustedException(message, details)
        : new UnavailableException(message, details);
  }

  private String name(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ADDRESS);
      String name =
          getErrorName.status(code, pointer) == SUCCESS
              ? pointer.get(ADDRESS, 0).reinterpret(NAME_BYTES_MAX).getString(0)
              : "an unknown code";
      return name + " (" + code + ")";
    }
  }
}
