package dev.nacre.faults;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The library that stands between a child JVM and the C library; {@code shim.c} says what it sees.
 * The parent builds it and starts children with {@link #environment}; a child begins sessions.
 * Thread-safe.
 */
public final class Shim {
  private static final String LOCATION = "NACRE_SHIM";
  private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final MethodHandle begin;
  private final MethodHandle end;
  private final MethodHandle mark;
  private final MethodHandle arm;
  private final MethodHandle seen;

  private Shim(Path library) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    begin = function(symbols, "nacre_begin", INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    end = procedure(symbols, "nacre_end", INT);
    mark = procedure(symbols, "nacre_mark", INT, ValueLayout.ADDRESS, LONG);
    arm = procedure(symbols, "nacre_arm", INT, INT, LONG, LONG, INT, INT);
    seen = function(symbols, "nacre_seen", LONG, INT, INT);
  }

  private static MethodHandle function(
      SymbolLookup symbols, String name, MemoryLayout result, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle procedure(
      SymbolLookup symbols, String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
  }

  /** Which calls are counted and made to fail. */
  public enum Kind {
    /** Writing to a file, in whatever way. */
    WRITE(0),
    /** Forcing a file or a directory to the disk. */
    SYNC(1),
    /** Renaming and linking. */
    RENAME(2),
    /** Making a file. */
    OPEN(3),
    /** Removing a name. */
    UNLINK(4);

    /** The library's. */
    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /** What becomes of a call that is disturbed. */
  public enum Fault {
    /** No space is left. */
    NO_SPACE(28, false, 1),
    /** The device fails. */
    IO_ERROR(5, false, 1),
    /** Half is written, and no more is said. */
    SHORT(0, true, 1),
    /** Half is written, and for the rest no space is left. */
    SHORT_NO_SPACE(28, true, 2);

    private final int errno;
    private final boolean half;
    private final int times;

    Fault(int errno, boolean half, int times) {
      this.errno = errno;
      this.half = half;
      this.times = times;
    }

    /** Whether it can befall calls of that kind. */
    public boolean befalls(Kind kind) {
      return kind == Kind.WRITE || !half;
    }
  }

  // ---- The parent.

  /** Why it cannot be used here; empty when it can. */
  public static Optional<String> missing() {
    if (!System.getProperty("os.name", "").startsWith("Linux")) {
      return Optional.of("the preloaded library is written for Linux");
    }
    return compiler() == null
        ? Optional.of("no C compiler is here (" + String.join(", ", COMPILERS) + ")")
        : Optional.empty();
  }

  private static @Nullable String compiler() {
    for (String compiler : COMPILERS) {
      for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
        if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, compiler))) {
          return compiler;
        }
      }
    }
    return null;
  }

  /** Builds it in a directory, unless it is there. */
  public static Path build(Path work) throws IOException {
    Path library = work.resolve("nacre-shim.so");
    if (Files.exists(library)) {
      return library;
    }
    Path source = work.resolve("nacre-shim.c");
    try (InputStream text = Shim.class.getResourceAsStream("shim.c")) {
      if (text == null) {
        throw new IOException("shim.c is not on the class path");
      }
      Files.write(source, text.readAllBytes());
    }
    Process compiling =
        new ProcessBuilder(
                String.valueOf(compiler()),
                "-shared",
                "-fPIC",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                library.toString(),
                source.toString(),
                "-ldl",
                "-lpthread")
            .redirectErrorStream(true)
            .start();
    String said = new String(compiling.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!compiling.waitFor(60, TimeUnit.SECONDS) || compiling.exitValue() != 0) {
        throw new IOException("the shim cannot be built:\n" + said);
      }
    } catch (InterruptedException e) {
      throw new IOException("interrupted while the shim was built", e);
    }
    return library;
  }

  /** The environment of a child with a library that was built. */
  public static Map<String, String> environment(Path library) {
    return Map.of("LD_PRELOAD", library.toString(), LOCATION, library.toString());
  }

  // ---- The child.

  /** The library of this process, which was started with it. */
  public static Shim loaded() {
    return new Shim(Path.of(System.getenv(LOCATION)));
  }

  /**
   * Begins to watch a directory, which must exist and is named by its real path.
   *
   * @param journal the file to write, outside the directory; null for none
   */
  public Session begin(Path root, @Nullable Path journal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(root.toString());
      MemorySegment file =
          journal == null ? MemorySegment.NULL : arena.allocateFrom(journal.toString());
      int number = (int) begin.invokeExact(name, file);
      if (number < 0) {
        throw new IllegalStateException("no session can be begun for " + root);
      }
      return new Session(number);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static RuntimeException rethrown(Throwable e) {
    return e instanceof RuntimeException known ? known : new IllegalStateException(e);
  }

  /** A directory that is watched. */
  public final class Session implements AutoCloseable {
    private final int number;

    private Session(int number) {
      this.number = number;
    }

    /** Puts a mark between the operations of the journal. */
    public void mark(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment copy = arena.allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        mark.invokeExact(number, copy, (long) bytes.length);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    /** Lets the {@code at}-th call of a kind from now (1: the next) meet a fault, once. */
    public void arm(Kind kind, long at, Fault fault) {
      arm(kind.number, at, fault.times, fault.errno, fault.half);
    }

    /** Lets all calls of a kind from the {@code at}-th on meet a fault, until disarmed. */
    public void armForGood(Kind kind, long at, Fault fault) {
      arm(kind.number, at, Long.MAX_VALUE / 2, fault.errno, fault.half);
    }

    /** Disturbs no more, and counts from zero. */
    public void disarm() {
      arm(-1, 0, 0, 0, false);
    }

    private void arm(int kind, long at, long times, int errno, boolean half) {
      try {
        arm.invokeExact(number, kind, at, times, errno, half ? 1 : 0);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    /** Calls of a kind since it was armed or disarmed. */
    public long seen(Kind kind) {
      return counted(kind.number);
    }

    /** How often a fault was met since it was armed. */
    public long fired() {
      return counted(-1);
    }

    private long counted(int kind) {
      try {
        return (long) seen.invokeExact(number, kind);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    /** Ends the session; to be called when nothing in the directory is open any more. */
    @Override
    public void close() {
      try {
        end.invokeExact(number);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }
  }
}
