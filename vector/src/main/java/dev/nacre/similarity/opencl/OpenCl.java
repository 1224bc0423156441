package dev.nacre.similarity.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.NativeFunction;
import dev.nacre.similarity.device.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions of the OpenCL library that we call, as of OpenCL 1.2; {@code size_t} is a long. */
final class OpenCl {
  static final long DEVICE_TYPE_GPU = 1 << 2;
  static final long DEVICE_TYPE_ACCELERATOR = 1 << 3;
  static final long DEVICE_TYPE_CPU = 1 << 1;
  static final int DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010;
  static final int DEVICE_GLOBAL_MEM_SIZE = 0x101F;
  static final int DEVICE_ENDIAN_LITTLE = 0x1026;
  static final int DEVICE_NAME = 0x102B;
  static final int DRIVER_VERSION = 0x102D;
  static final int DEVICE_PROFILE = 0x102E;
  static final int DEVICE_VERSION = 0x102F;
  static final int PROGRAM_BUILD_LOG = 0x1183;
  static final long MEM_READ_WRITE = 1;
  static final int TRUE = 1;

  private static final String REMEDY =
      "install an OpenCL loader and a driver (Debian: ocl-icd-libopencl1 and the driver of the"
          + " device, or pocl-opencl-icd for the processor)";

  final NativeFunction getPlatformIds;
  final NativeFunction getDeviceIds;
  final NativeFunction getDeviceInfo;
  final NativeFunction createContext;
  final NativeFunction createCommandQueue;
  final NativeFunction createProgramWithSource;
  final NativeFunction buildProgram;
  final NativeFunction getProgramBuildInfo;
  final NativeFunction createKernel;
  final NativeFunction setKernelArg;
  final NativeFunction createBuffer;
  final NativeFunction enqueueWriteBuffer;
  final NativeFunction enqueueReadBuffer;
  final NativeFunction enqueueNdRangeKernel;
  final NativeFunction finish;
  final NativeFunction releaseMemObject;
  final NativeFunction releaseKernel;
  final NativeFunction releaseProgram;
  final NativeFunction releaseCommandQueue;
  final NativeFunction releaseContext;

  /** Finds every function in {@code library}. */
  OpenCl(SymbolLookup library) {
    this.getPlatformIds =
        NativeFunction.status(library, "clGetPlatformIDs", JAVA_INT, ADDRESS, ADDRESS);
    this.getDeviceIds =
        NativeFunction.status(
            library, "clGetDeviceIDs", ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    this.getDeviceInfo =
        NativeFunction.status(
            library, "clGetDeviceInfo", ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    this.createContext =
        NativeFunction.pointer(
            library, "clCreateContext", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    this.createCommandQueue =
        NativeFunction.pointer(
            library, "clCreateCommandQueue", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    this.createProgramWithSource =
        NativeFunction.pointer(
            library, "clCreateProgramWithSource", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    this.buildProgram =
        NativeFunction.status(
            library, "clBuildProgram", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    this.getProgramBuildInfo =
        NativeFunction.status(
            library,
            "clGetProgramBuildInfo",
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS);
    this.createKernel =
        NativeFunction.pointer(library, "clCreateKernel", ADDRESS, ADDRESS, ADDRESS);
    this.setKernelArg =
        NativeFunction.status(library, "clSetKernelArg", ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS);
    this.createBuffer =
        NativeFunction.pointer(
            library, "clCreateBuffer", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    this.enqueueWriteBuffer = transfer(library, "clEnqueueWriteBuffer");
    this.enqueueReadBuffer = transfer(library, "clEnqueueReadBuffer");
    this.enqueueNdRangeKernel =
        NativeFunction.status(
            library,
            "clEnqueueNDRangeKernel",
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    this.finish = NativeFunction.status(library, "clFinish", ADDRESS);
    this.releaseMemObject = NativeFunction.status(library, "clReleaseMemObject", ADDRESS);
    this.releaseKernel = NativeFunction.status(library, "clReleaseKernel", ADDRESS);
    this.releaseProgram = NativeFunction.status(library, "clReleaseProgram", ADDRESS);
    this.releaseCommandQueue = NativeFunction.status(library, "clReleaseCommandQueue", ADDRESS);
    this.releaseContext = NativeFunction.status(library, "clReleaseContext", ADDRESS);
  }

  private static NativeFunction transfer(SymbolLookup library, String name) {
    return NativeFunction.status(
        library, name, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS,
        ADDRESS);
  }

  /**
   * The library of this system.
   *
   * @throws UnavailableException when there is none, naming what was looked for
   */
  static SymbolLookup library() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    List<String> names =
        system.startsWith("windows")
            ? List.of("OpenCL.dll")
            : system.startsWith("mac")
                ? List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL")
                : List.of("libOpenCL.so.1", "libOpenCL.so");
    return NativeLibraries.open("opencl", names, REMEDY);
  }

  /** The first GPU, else the first accelerator, else the first processor, of any platform. */
  MemorySegment firstDevice(Arena arena) {
    MemorySegment count = arena.allocate(JAVA_INT);
    int code = getPlatformIds.status(0, MemorySegment.NULL, count);
    if (code != OpenClErrors.PLATFORM_NOT_FOUND) {
      OpenClErrors.check(getPlatformIds.name(), code);
    }
    int platforms = code == OpenClErrors.SUCCESS ? count.get(JAVA_INT, 0) : 0;
    if (platforms > 0) {
      MemorySegment ids = arena.allocate(ADDRESS, platforms);
      OpenClErrors.check(
          getPlatformIds.name(), getPlatformIds.status(platforms, ids, MemorySegment.NULL));
      MemorySegment device = arena.allocate(ADDRESS);
      for (long type : new long[] {DEVICE_TYPE_GPU, DEVICE_TYPE_ACCELERATOR, DEVICE_TYPE_CPU}) {
        for (int i = 0; i < platforms; i++) {
          int found =
              getDeviceIds.status(ids.getAtIndex(ADDRESS, i), type, 1, device, MemorySegment.NULL);
          if (found == OpenClErrors.SUCCESS) {
            return device.get(ADDRESS, 0);
          }
          if (found != OpenClErrors.DEVICE_NOT_FOUND) {
            throw OpenClErrors.of(getDeviceIds.name(), found, "");
          }
        }
      }
    }
    throw new UnavailableException(
        "similarity provider \"opencl\" is forced and its library is there, but no driver offers a"
            + " device ("
            + platforms
            + " platforms); "
            + REMEDY,
        Map.of("provider", "opencl", "platforms", Integer.toString(platforms)));
  }

  long number(Arena arena, MemorySegment device, int parameter) {
    MemorySegment value = arena.allocate(JAVA_LONG);
    OpenClErrors.check(
        getDeviceInfo.name(),
        getDeviceInfo.status(device, parameter, Long.BYTES + 0L, value, MemorySegment.NULL));
    return value.get(JAVA_LONG, 0);
  }

  String text(Arena arena, MemorySegment device, int parameter) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    OpenClErrors.check(
        getDeviceInfo.name(),
        getDeviceInfo.status(device, parameter, 0L, MemorySegment.NULL, size));
    MemorySegment value = arena.allocate(size.get(JAVA_LONG, 0) + 1);
    OpenClErrors.check(
        getDeviceInfo.name(),
        getDeviceInfo.status(device, parameter, size.get(JAVA_LONG, 0), value, MemorySegment.NULL));
    return value.getString(0).strip();
  }
}
