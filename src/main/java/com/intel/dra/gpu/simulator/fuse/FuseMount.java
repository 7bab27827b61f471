package com.intel.dra.gpu.simulator.fuse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A mounted file system that lasts until {@link #close}. Needs root with CAP_SYS_ADMIN and {@code
 * /dev/fuse}. If the process is killed, the mount stays and every access to it fails with ENOTCONN;
 * {@link #detach} removes it.
 */
public final class FuseMount implements AutoCloseable {

  /** The type of the file system as mount(8) shows it. */
  public static final String TYPE = "fuse.intel-gpu-simulator";

  private static final String DEVICE = "/dev/fuse";
  private static final int BUFFER_SIZE = 64 << 10;

  private final Path folder;
  private final FuseSession session;
  private final Consumer<String> complain;
  private final int connection;
  private final int stop;
  private final Thread reader;
  private final ExecutorService workers =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("fuse-", 0).factory());

  private FuseMount(
      Path folder, ServedFiles files, Consumer<String> complain, int connection, int stop) {
    this.folder = folder;
    this.session = new FuseSession(files);
    this.complain = complain;
    this.connection = connection;
    this.stop = stop;
    this.reader = Thread.ofPlatform().daemon().name("fuse").unstarted(this::serve);
  }

  /**
   * Serves the files at the folder, for all users.
   *
   * @param complain receives failures that have no caller
   */
  public static FuseMount mount(Path folder, ServedFiles files, Consumer<String> complain)
      throws IOException {
    int connection =
        SystemCalls.open(
            DEVICE, SystemCalls.O_RDWR | SystemCalls.O_CLOEXEC | SystemCalls.O_NONBLOCK);
    try {
      int stop = SystemCalls.eventDescriptor();
      FuseMount mount = new FuseMount(folder, files, complain, connection, stop);
      SystemCalls.mount(
          TYPE.substring(TYPE.indexOf('.') + 1),
          folder.toString(),
          TYPE,
          SystemCalls.MS_NOSUID | SystemCalls.MS_NODEV | SystemCalls.MS_NOEXEC,
          "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
              .formatted(connection));
      mount.reader.start();
      return mount;
    } catch (SystemCallException e) {
      SystemCalls.close(connection);
      throw e;
    }
  }

  /** Removes every mount of this kind from the folder; does nothing if there is none. */
  public static void detach(Path folder) throws IOException {
    while (isMounted(folder)) {
      SystemCalls.unmount(folder.toString(), SystemCalls.MNT_DETACH);
    }
  }

  /** Whether there is a mount of this kind, even one whose process is gone. */
  public static boolean isMounted(Path folder) throws IOException {
    // 36 35 98:0 /root /mount/point options - type source options, with octal escapes
    String point = folder.toString().replace("\\", "\\134").replace(" ", "\\040");
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines.anyMatch(
          line -> line.split(" ")[4].equals(point) && line.contains(" - " + TYPE + " "));
    }
  }

  /** Unmounts even while the file system is in use: accesses to open files then fail. */
  @Override
  public void close() throws IOException {
    try {
      detach(folder);
    } finally {
      SystemCalls.write(stop, new byte[] {1, 0, 0, 0, 0, 0, 0, 1});
      try {
        reader.join();
        workers.shutdownNow();
        workers.awaitTermination(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      SystemCalls.close(connection);
      SystemCalls.close(stop);
    }
  }

  private void serve() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);
      while (SystemCalls.awaitFirst(connection, stop)) {
        try {
          int length = SystemCalls.read(connection, buffer);
          Request request = Request.parse(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
          workers.execute(() -> answer(request));
        } catch (SystemCallException e) {
          if (e.is(Errno.ENODEV)) {
            return; // unmounted
          }
          if (!e.is(Errno.EAGAIN) && !e.is(Errno.EINTR) && !e.is(Errno.ENOENT)) {
            throw e;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      complain.accept("the file system at " + folder + " does not answer any more: " + e);
    }
  }

  private void answer(Request request) {
    byte[] answer;
    try {
      var maybe = session.answer(request);
      if (maybe.isEmpty()) {
        return;
      }
      answer = maybe.get();
    } catch (RuntimeException e) {
      complain.accept("a request of kind %d failed: %s".formatted(request.operation(), e));
      answer = FuseSession.refused(request, Errno.EIO);
    }
    try {
      SystemCalls.write(connection, answer);
    } catch (SystemCallException e) {
      // ENOENT: the caller was killed meanwhile; otherwise the mount is gone and no caller waits
    }
  }
}
