package com.intel.dra.gpu.simulator.folder;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** libc's {@code mknod(2)} for character devices. */
final class Mknod {

  private static final int S_IFCHR = 0020000;
  private static final int READ_WRITE_FOR_ALL = 0666;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  // int mknod(const char *pathname, mode_t mode, dev_t dev)
  private static final MethodHandle MKNOD = link();

  private Mknod() {}

  @SuppressWarnings("restricted") // the whole purpose of this class
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("mknod"),
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
        Linker.Option.captureCallState("errno"));
  }

  /**
   * Makes a character device that all users may read and write, whatever the umask is.
   *
   * @throws MknodException with the kernel's errno, for example EPERM without CAP_MKNOD
   */
  static void characterDevice(Path node, int major, int minor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment callState = arena.allocate(CALL_STATE);
      int result =
          (int)
              MKNOD.invokeExact(
                  callState,
                  arena.allocateFrom(node.toString()),
                  S_IFCHR | READ_WRITE_FOR_ALL,
                  dev(major, minor));
      if (result != 0) {
        throw new MknodException(node, (int) ERRNO.get(callState, 0L));
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("mknod threw what a native call cannot throw", e);
    }
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  // The encoding of glibc's and musl's makedev(3).
  private static long dev(int major, int minor) {
    return ((major & 0xfffff000L) << 32)
        | ((major & 0xfffL) << 8)
        | ((minor & 0xffffff00L) << 12)
        | (minor & 0xffL);
  }
}
