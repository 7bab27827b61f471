package com.intel.dra.gpu.sysfs.drm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls libc's {@code open}, {@code ioctl} and {@code close}, for which the JDK has no other way.
 */
final class SystemDrmFiles implements DrmFiles {

  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;

  /** Limits repeated calls: a faulty driver that never finishes must not block the discovery. */
  private static final int MAX_ATTEMPTS = 100;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private interface Call {
    int on(MemorySegment callState) throws Throwable;
  }

  /** Linked at first use, so that an agent that queries no driver needs no native access. */
  private static final class Libc {

    private static final MethodHandle OPEN =
        link(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
        link(
            "ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
        link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Libc() {}

    @SuppressWarnings("restricted") // the whole purpose of this class
    private static MethodHandle link(
        String name, FunctionDescriptor descriptor, Linker.Option... options) {
      List<Linker.Option> all = new ArrayList<>(List.of(options));
      all.add(Linker.Option.captureCallState("errno"));
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), descriptor, all.toArray(Linker.Option[]::new));
    }
  }

  @Override
  public DrmFile open(Path node) throws DrmException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(node.toString());
      int descriptor =
          call(
              "open of " + node,
              state -> (int) Libc.OPEN.invokeExact(state, path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
      return new OpenFile(node, descriptor);
    }
  }

  private record OpenFile(Path node, int descriptor) implements DrmFile {

    @Override
    public void ioctl(int request, MemorySegment argument) throws DrmException {
      call(
          "ioctl 0x%08x on %s".formatted(request, node),
          state ->
              (int)
                  Libc.IOCTL.invokeExact(
                      state, descriptor, Integer.toUnsignedLong(request), argument));
    }

    @Override
    public void close() {
      try (Arena arena = Arena.ofConfined()) {
        // The result does not matter: the descriptor is closed in any case (close(2)), and a second
        // close could hit another file.
        int any = (int) Libc.CLOSE.invokeExact(arena.allocate(CALL_STATE), descriptor);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError("close threw what a native call cannot throw", e);
      }
    }
  }

  private static int call(String what, Call call) throws DrmException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      for (int attempt = 1; ; attempt++) {
        int result = call.on(state);
        if (result >= 0) {
          return result;
        }
        int errno = (int) ERRNO.get(state, 0L);
        boolean interrupted = errno == DrmErrno.EINTR || errno == DrmErrno.EAGAIN;
        if (!interrupted || attempt == MAX_ATTEMPTS) {
          throw new DrmException(what, errno);
        }
      }
    } catch (DrmException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(what + " threw what a native call cannot throw", e);
    }
  }
}
