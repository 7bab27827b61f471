package com.intel.dra.gpu.simulator.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/** The few functions of libc that are needed to serve a file system. */
final class SystemCalls {

  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;
  static final int EFD_CLOEXEC = O_CLOEXEC;
  static final long MS_NOSUID = 2;
  static final long MS_NODEV = 4;
  static final long MS_NOEXEC = 8;
  static final int MNT_DETACH = 2;

  private static final short POLLIN = 1;
  private static final int POLLFD_SIZE = 8;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      link(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      link("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      link("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle POLL =
      link("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      link("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle MOUNT =
      link("mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle UMOUNT2 =
      link("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  private SystemCalls() {}

  @SuppressWarnings("restricted") // the whole purpose of this class
  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    List<Linker.Option> all = new ArrayList<>(List.of(options));
    all.add(Linker.Option.captureCallState("errno"));
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), descriptor, all.toArray(Linker.Option[]::new));
  }

  private interface Call {
    long on(Arena arena, MemorySegment callState) throws Throwable;
  }

  private static long call(String what, Call call) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment callState = arena.allocate(CALL_STATE);
      long result = call.on(arena, callState);
      if (result < 0) {
        throw new SystemCallException(what, (int) ERRNO.get(callState, 0L));
      }
      return result;
    } catch (SystemCallException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(what + " threw what a native call cannot throw", e);
    }
  }

  static int open(String path, int flags) throws SystemCallException {
    return (int)
        call(
            "open of " + path,
            (arena, state) -> (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags));
  }

  static void close(int descriptor) throws SystemCallException {
    call("close", (arena, state) -> (int) CLOSE.invokeExact(state, descriptor));
  }

  /** Returns the number of bytes read. */
  static int read(int descriptor, MemorySegment into) throws SystemCallException {
    return (int)
        call(
            "read",
            (arena, state) -> (long) READ.invokeExact(state, descriptor, into, into.byteSize()));
  }

  static void write(int descriptor, byte[] bytes) throws SystemCallException {
    call(
        "write",
        (arena, state) ->
            (long)
                WRITE.invokeExact(
                    state, descriptor, arena.allocateFrom(JAVA_BYTE, bytes), (long) bytes.length));
  }

  /** Waits until one of the two can be read; true if it is the first. */
  static boolean awaitFirst(int first, int second) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(2L * POLLFD_SIZE, 4);
      both.set(JAVA_INT, 0, first);
      both.set(JAVA_SHORT, 4, POLLIN);
      both.set(JAVA_INT, POLLFD_SIZE, second);
      both.set(JAVA_SHORT, POLLFD_SIZE + 4, POLLIN);
      try {
        call("poll", (any, state) -> (int) POLL.invokeExact(state, both, 2L, -1));
      } catch (SystemCallException e) {
        if (!e.is(Errno.EINTR)) {
          throw e;
        }
        return true; // the next read finds out
      }
      return both.get(JAVA_SHORT, POLLFD_SIZE + 6) == 0;
    }
  }

  static int eventDescriptor() throws SystemCallException {
    return (int)
        call("eventfd", (arena, state) -> (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC));
  }

  static void mount(String source, String target, String type, long flags, String options)
      throws SystemCallException {
    call(
        "mount on " + target,
        (arena, state) ->
            (int)
                MOUNT.invokeExact(
                    state,
                    arena.allocateFrom(source),
                    arena.allocateFrom(target),
                    arena.allocateFrom(type),
                    flags,
                    arena.allocateFrom(options)));
  }

  static void unmount(String target, int flags) throws SystemCallException {
    call(
        "umount of " + target,
        (arena, state) -> (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), flags));
  }
}
