package dev.nacre.similarity.opencl;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import java.util.Map;

/** What OpenCL's codes are called, and the errors they become. */
final class OpenClErrors {
  static final int SUCCESS = 0;
  static final int DEVICE_NOT_FOUND = -1;
  private static final int ALLOCATION_FAILURE = -4;
  private static final int OUT_OF_HOST_MEMORY = -6;

  /** The loader found no driver (cl_khr_icd). */
  static final int PLATFORM_NOT_FOUND = -1001;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"),
          Map.entry(-2, "CL_DEVICE_NOT_AVAILABLE"),
          Map.entry(-3, "CL_COMPILER_NOT_AVAILABLE"),
          Map.entry(ALLOCATION_FAILURE, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
          Map.entry(-5, "CL_OUT_OF_RESOURCES"),
          Map.entry(OUT_OF_HOST_MEMORY, "CL_OUT_OF_HOST_MEMORY"),
          Map.entry(-11, "CL_BUILD_PROGRAM_FAILURE"),
          Map.entry(-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"),
          Map.entry(-30, "CL_INVALID_VALUE"),
          Map.entry(-33, "CL_INVALID_DEVICE"),
          Map.entry(-34, "CL_INVALID_CONTEXT"),
          Map.entry(-36, "CL_INVALID_COMMAND_QUEUE"),
          Map.entry(-38, "CL_INVALID_MEM_OBJECT"),
          Map.entry(-44, "CL_INVALID_PROGRAM"),
          Map.entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE"),
          Map.entry(-46, "CL_INVALID_KERNEL_NAME"),
          Map.entry(-48, "CL_INVALID_KERNEL"),
          Map.entry(-49, "CL_INVALID_ARG_INDEX"),
          Map.entry(-50, "CL_INVALID_ARG_VALUE"),
          Map.entry(-51, "CL_INVALID_ARG_SIZE"),
          Map.entry(-52, "CL_INVALID_KERNEL_ARGS"),
          Map.entry(-54, "CL_INVALID_WORK_GROUP_SIZE"),
          Map.entry(-55, "CL_INVALID_WORK_ITEM_SIZE"),
          Map.entry(-61, "CL_INVALID_BUFFER_SIZE"),
          Map.entry(-63, "CL_INVALID_GLOBAL_WORK_SIZE"),
          Map.entry(PLATFORM_NOT_FOUND, "CL_PLATFORM_NOT_FOUND_KHR"));

  private OpenClErrors() {}

  static void check(String call, int code) {
    if (code != SUCCESS) {
      throw of(call, code, "");
    }
  }

  /** The error of a call, with what else is known about it. */
  static NacreException of(String call, int code, String more) {
    String name = NAMES.getOrDefault(code, "an unknown code");
    String message =
        "similarity provider \"opencl\": "
            + call
            + " failed with "
            + name
            + " ("
            + code
            + ")"
            + (more.isEmpty() ? "" : ": " + more);
    Map<String, String> details =
        Map.of("provider", "opencl", "call", call, "code", Integer.toString(code));
    return code == ALLOCATION_FAILURE || code == OUT_OF_HOST_MEMORY
        ? new ResourceExhaustedException(message, details)
        : new UnavailableException(message, details);
  }
}
