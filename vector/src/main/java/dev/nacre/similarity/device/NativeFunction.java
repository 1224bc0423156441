package dev.nacre.similarity.device;

import dev.nacre.error.UnavailableException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Map;

/** A function of a driver library that can be called with boxed arguments. Thread-safe. */
public final class NativeFunction {
  private final String name;
  private final MethodHandle handle;

  private NativeFunction(String name, MethodHandle handle) {
    this.name = name;
    this.handle = handle;
  }

  /**
   * A function that returns a C {@code int}.
   *
   * @throws UnavailableException when the library has no such function: it is too old
   */
  public static NativeFunction status(
      SymbolLookup library, String name, ValueLayout... parameters) {
    return of(library, name, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  /**
   * A function that returns a pointer.
   *
   * @throws UnavailableException when the library has no such function: it is too old
   */
  public static NativeFunction pointer(
      SymbolLookup library, String name, ValueLayout... parameters) {
    return of(library, name, FunctionDescriptor.of(ValueLayout.ADDRESS, parameters));
  }

  private static NativeFunction of(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    MemorySegment address =
        library
            .find(name)
            .orElseThrow(
                () ->
                    new UnavailableException(
                        "the driver library has no function "
                            + name
                            + ": it is too old; install a newer driver",
                        Map.of("call", name)));
    MethodHandle handle = Linker.nativeLinker().downcallHandle(address, descriptor);
    MethodHandle boxed =
        handle
            .asSpreader(Object[].class, handle.type().parameterCount())
            .asType(MethodType.methodType(Object.class, Object[].class));
    return new NativeFunction(name, boxed);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Calls a function that returns an {@code int}. */
  public int status(Object... arguments) {
    return (int) call(arguments);
  }

  /** Calls a function that returns a pointer. */
  public MemorySegment pointer(Object... arguments) {
    return (MemorySegment) call(arguments);
  }

  private Object call(Object[] arguments) {
    try {
      return (Object) handle.invokeExact(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call threw: " + name, e);
    }
  }
}
