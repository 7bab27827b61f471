package com.intel.dra.gpu.simulator.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers the kernel's requests from {@link ServedFiles}, without any I/O. Neither side caches
 * anything: attributes and names have no validity time, and files are read and written directly.
 *
 * <p>Source: include/uapi/linux/fuse.h, version 7.31 (Linux 5.4).
 */
final class FuseSession {

  /** The largest write that the kernel sends at once; the kernel accepts no smaller limit. */
  static final int MAX_WRITE = 4096;

  private static final int MAJOR = 7;
  private static final int MINOR = 31;
  private static final long ROOT = 1;
  private static final int FOPEN_DIRECT_IO = 1;
  private static final int ACCESS_MODE = 3; // O_ACCMODE
  private static final int FATTR_MODE = 1;
  private static final int FATTR_UID = 2;
  private static final int FATTR_GID = 4;
  private static final int FILE_SIZE = 4096; // the size of every file in sysfs
  private static final int S_IFDIR = 0040000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFLNK = 0120000;
  private static final int OUT_HEADER_SIZE = 16;
  private static final int ATTRIBUTES_SIZE = 88;

  private record Listed(String name, long node, TreeEntry entry) {}

  private final ServedFiles files;
  private final long startSeconds = System.currentTimeMillis() / 1000;

  // Numbers are never released: the tree has few paths, and the same ones return.
  private final Map<String, Long> nodes = new ConcurrentHashMap<>();
  private final Map<Long, String> paths = new ConcurrentHashMap<>();
  private final AtomicLong lastNode = new AtomicLong(ROOT);

  private final Map<Long, List<Listed>> openFolders = new ConcurrentHashMap<>();
  private final AtomicLong lastHandle = new AtomicLong();

  FuseSession(ServedFiles files) {
    this.files = files;
    nodes.put("", ROOT);
    paths.put(ROOT, "");
  }

  /** The bytes of the answer; empty if the kernel expects none. */
  Optional<byte[]> answer(Request request) {
    ByteBuffer body = request.body();
    return switch (request.operation()) {
      case Request.FORGET, Request.BATCH_FORGET, Request.INTERRUPT -> Optional.empty();
      case Request.INIT -> Optional.of(done(request, init(body)));
      case Request.LOOKUP -> Optional.of(lookup(request));
      case Request.GETATTR -> Optional.of(attributes(request));
      case Request.SETATTR -> Optional.of(setAttributes(request));
      case Request.READLINK -> Optional.of(readLink(request));
      case Request.OPEN -> Optional.of(open(request));
      case Request.READ -> Optional.of(read(request));
      case Request.WRITE -> Optional.of(write(request));
      case Request.OPENDIR -> Optional.of(openFolder(request));
      case Request.READDIR -> Optional.of(readFolder(request));
      case Request.RELEASEDIR -> {
        openFolders.remove(body.getLong(0));
        yield Optional.of(done(request, buffer(0)));
      }
      case Request.STATFS ->
          Optional.of(done(request, buffer(80).putInt(40, 4096).putInt(44, 255).putInt(48, 4096)));
      case Request.RELEASE, Request.FSYNC, Request.DESTROY -> Optional.of(done(request, buffer(0)));
      // as in sysfs, where no user may make or remove files
      case Request.CREATE -> Optional.of(refused(request, Errno.EACCES));
      case Request.MKNOD,
          Request.MKDIR,
          Request.SYMLINK,
          Request.LINK,
          Request.UNLINK,
          Request.RMDIR,
          Request.RENAME,
          Request.RENAME2 ->
          Optional.of(refused(request, Errno.EPERM));
      default -> Optional.of(refused(request, Errno.ENOSYS));
    };
  }

  /** The answer to a request that cannot be answered in another way. */
  static byte[] refused(Request request, Errno errno) {
    return header(request, OUT_HEADER_SIZE, -errno.number()).array();
  }

  private static ByteBuffer init(ByteBuffer body) {
    int minor = Math.min(MINOR, body.getInt(4));
    return buffer(64).putInt(0, MAJOR).putInt(4, minor).putInt(20, MAX_WRITE).putInt(24, 1);
  }

  private byte[] lookup(Request request) {
    String folder = path(request.node());
    String path = folder.isEmpty() ? request.name() : folder + "/" + request.name();
    Optional<TreeEntry> entry = files.find(path);
    if (entry.isEmpty()) {
      return refused(request, Errno.ENOENT);
    }
    long node = node(path);
    ByteBuffer out = buffer(40 + ATTRIBUTES_SIZE).putLong(0, node);
    putAttributes(out, 40, node, entry.get());
    return done(request, out);
  }

  private byte[] attributes(Request request) {
    Optional<TreeEntry> entry = files.find(path(request.node()));
    if (entry.isEmpty()) {
      return refused(request, Errno.ENOENT);
    }
    ByteBuffer out = buffer(16 + ATTRIBUTES_SIZE);
    putAttributes(out, 16, request.node(), entry.get());
    return done(request, out);
  }

  /**
   * Truncation and new times are accepted and ignored, as in sysfs, because shells open files this
   * way.
   */
  private byte[] setAttributes(Request request) {
    int which = request.body().getInt(0);
    return (which & (FATTR_MODE | FATTR_UID | FATTR_GID)) != 0
        ? refused(request, Errno.EPERM)
        : attributes(request);
  }

  private byte[] readLink(Request request) {
    return files
        .find(path(request.node()))
        .map(
            entry ->
                entry instanceof TreeEntry.Link(String target)
                    ? done(request, ByteBuffer.wrap(bytes(target)))
                    : refused(request, Errno.EINVAL))
        .orElseGet(() -> refused(request, Errno.ENOENT));
  }

  private byte[] open(Request request) {
    boolean forWriting = (request.body().getInt(0) & ACCESS_MODE) != 0;
    Optional<TreeEntry> entry = files.find(path(request.node()));
    if (entry.isEmpty()) {
      return refused(request, Errno.ENOENT);
    }
    return switch (entry.get()) {
      case TreeEntry.Attribute attribute when forWriting && !attribute.writable() ->
          refused(request, Errno.EACCES); // even for root
      case TreeEntry.Attribute any -> done(request, buffer(16).putInt(8, FOPEN_DIRECT_IO));
      case TreeEntry.Folder any -> refused(request, Errno.EISDIR);
      case TreeEntry.Link any -> refused(request, Errno.EINVAL);
    };
  }

  private byte[] read(Request request) {
    return switch (files.read(path(request.node()))) {
      case Answer.Done(String content) -> {
        byte[] all = bytes(content);
        int from = (int) Math.min(request.body().getLong(8), all.length);
        int length = Math.min(request.body().getInt(16), all.length - from);
        yield done(request, ByteBuffer.wrap(all, from, length).slice());
      }
      case Answer.Refused(Errno errno) -> refused(request, errno);
    };
  }

  private byte[] write(Request request) {
    int size = request.body().getInt(16);
    return switch (files.write(path(request.node()), request.text(40, size))) {
      case Answer.Done any -> done(request, buffer(8).putInt(0, size));
      case Answer.Refused(Errno errno) -> refused(request, errno);
    };
  }

  /** A listing shows what existed when the folder was opened. */
  private byte[] openFolder(Request request) {
    String path = path(request.node());
    return switch (files.find(path).orElse(null)) {
      case null -> refused(request, Errno.ENOENT);
      case TreeEntry.Folder folder -> {
        long handle = lastHandle.incrementAndGet();
        openFolders.put(handle, list(path, folder));
        yield done(request, buffer(16).putLong(0, handle));
      }
      case TreeEntry.Attribute any -> refused(request, Errno.ENOTDIR);
      case TreeEntry.Link any -> refused(request, Errno.ENOTDIR);
    };
  }

  private List<Listed> list(String path, TreeEntry.Folder folder) {
    List<Listed> listed = new ArrayList<>();
    listed.add(new Listed(".", node(path), folder));
    listed.add(new Listed("..", node(parent(path)), folder));
    String prefix = path.isEmpty() ? "" : path + "/";
    folder
        .children()
        .forEach((name, entry) -> listed.add(new Listed(name, node(prefix + name), entry)));
    return listed;
  }

  private byte[] readFolder(Request request) {
    List<Listed> listed = openFolders.getOrDefault(request.body().getLong(0), List.of());
    ByteBuffer out = buffer(request.body().getInt(16));
    for (int i = (int) request.body().getLong(8); i < listed.size(); i++) {
      byte[] name = bytes(listed.get(i).name());
      int length = (24 + name.length + 7) / 8 * 8;
      if (length > out.remaining()) {
        break;
      }
      int start = out.position();
      out.putLong(listed.get(i).node());
      out.putLong(i + 1); // where to continue
      out.putInt(name.length);
      out.putInt(type(listed.get(i).entry()) >> 12);
      out.put(name);
      out.position(start + length);
    }
    return done(request, out.flip());
  }

  private void putAttributes(ByteBuffer out, int at, long node, TreeEntry entry) {
    int size =
        switch (entry) {
          case TreeEntry.Folder any -> 0;
          case TreeEntry.Attribute any -> FILE_SIZE;
          case TreeEntry.Link(String target) -> target.length();
        };
    int mode =
        switch (entry) {
          case TreeEntry.Folder any -> 0755;
          case TreeEntry.Attribute(String content, boolean writable) -> writable ? 0644 : 0444;
          case TreeEntry.Link any -> 0777;
        };
    out.putLong(at, node).putLong(at + 8, size);
    for (int time = 24; time < 48; time += 8) {
      out.putLong(at + time, startSeconds);
    }
    // one link means "not counted" for folders, so that no reader concludes that there are no
    // subfolders
    out.putInt(at + 60, type(entry) | mode).putInt(at + 64, 1).putInt(at + 80, 4096);
  }

  private static int type(TreeEntry entry) {
    return switch (entry) {
      case TreeEntry.Folder any -> S_IFDIR;
      case TreeEntry.Attribute any -> S_IFREG;
      case TreeEntry.Link any -> S_IFLNK;
    };
  }

  private long node(String path) {
    return nodes.computeIfAbsent(
        path,
        any -> {
          long node = lastNode.incrementAndGet();
          paths.put(node, path);
          return node;
        });
  }

  private String path(long node) {
    String path = paths.get(node);
    if (path == null) {
      throw new IllegalStateException(
          "the kernel asks for the file " + node + " that it never got");
    }
    return path;
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer header(Request request, int length, int error) {
    return buffer(length).putInt(0, length).putInt(4, error).putLong(8, request.unique());
  }

  private static byte[] done(Request request, ByteBuffer body) {
    ByteBuffer out = header(request, OUT_HEADER_SIZE + body.remaining(), 0);
    out.put(OUT_HEADER_SIZE, body, body.position(), body.remaining());
    return out.array();
  }
}
