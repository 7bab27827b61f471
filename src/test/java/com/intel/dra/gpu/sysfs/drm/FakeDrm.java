package com.intel.dra.gpu.sysfs.drm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A driver behind DRM nodes that answers as the kernel's i915 and xe do: first the length, then the
 * content, written to the caller's memory.
 */
final class FakeDrm implements DrmFiles {

  private final String driver;
  private final byte[] answer;
  private final Map<String, Integer> openErrors = new HashMap<>();
  private final Map<String, Integer> queryErrors = new HashMap<>();
  final List<String> opened = new ArrayList<>();
  int open;

  FakeDrm(String driver, byte[] answer) {
    this.driver = driver;
    this.answer = answer;
  }

  FakeDrm failingToOpen(String node, int errno) {
    openErrors.put(node, errno);
    return this;
  }

  FakeDrm failingToAnswer(String node, int errno) {
    queryErrors.put(node, errno);
    return this;
  }

  @Override
  public DrmFile open(Path node) throws DrmException {
    String name = node.getFileName().toString();
    opened.add(name);
    Integer errno = openErrors.get(name);
    if (errno != null) {
      throw new DrmException("open of " + node, errno);
    }
    open++;
    return new DrmFile() {
      @Override
      public void ioctl(int request, MemorySegment argument) throws DrmException {
        switch (request) {
          case 0xC0406400 -> version(argument);
          case 0xC0106479 -> i915(name, argument);
          case 0xC0286440 -> xe(name, argument);
          default -> throw new DrmException("ioctl", DrmErrno.EINVAL);
        }
      }

      @Override
      public void close() {
        open--;
      }
    };
  }

  private void version(MemorySegment version) {
    byte[] name = driver.getBytes(StandardCharsets.US_ASCII);
    long room = version.get(JAVA_LONG, 16);
    copy(name, (int) Math.min(room, name.length), version.get(ADDRESS, 24));
    version.set(JAVA_LONG, 16, name.length);
  }

  private void i915(String node, MemorySegment query) throws DrmException {
    requireDriver("i915");
    if (query.get(JAVA_INT, 0) != 1 || query.get(JAVA_INT, 4) != 0) {
      throw new DrmException("ioctl", DrmErrno.EINVAL);
    }
    MemorySegment item = sized(query.get(ADDRESS, 8), 24);
    Integer errno = queryErrors.get(node);
    if (errno != null) {
      item.set(JAVA_INT, 8, -errno); // the ioctl itself succeeds
    } else if (item.get(JAVA_LONG, 0) != 4 || item.get(JAVA_INT, 12) != 0) {
      item.set(JAVA_INT, 8, -DrmErrno.EINVAL);
    } else if (item.get(JAVA_INT, 8) == 0) {
      item.set(JAVA_INT, 8, answer.length);
    } else {
      copy(answer, item.get(JAVA_INT, 8), item.get(ADDRESS, 16));
    }
  }

  private void xe(String node, MemorySegment query) throws DrmException {
    requireDriver("xe");
    Integer errno = queryErrors.get(node);
    int size = query.get(JAVA_INT, 12);
    if (errno != null) {
      throw new DrmException("ioctl on " + node, errno);
    }
    if (query.get(JAVA_LONG, 0) != 0
        || query.get(JAVA_INT, 8) != 1
        || (size != 0 && size != answer.length)) {
      throw new DrmException("ioctl on " + node, DrmErrno.EINVAL);
    }
    if (size == 0) {
      query.set(JAVA_INT, 12, answer.length);
    } else {
      copy(answer, size, query.get(ADDRESS, 16));
    }
  }

  private void requireDriver(String wanted) throws DrmException {
    if (!driver.equals(wanted)) {
      throw new DrmException("ioctl", DrmErrno.ENOTTY);
    }
  }

  private static void copy(byte[] bytes, int length, MemorySegment to) {
    MemorySegment.copy(bytes, 0, sized(to, length), JAVA_BYTE, 0, length);
  }

  @SuppressWarnings("restricted") // like the kernel, it trusts the size that the caller gives
  private static MemorySegment sized(MemorySegment pointer, long bytes) {
    return pointer.reinterpret(bytes);
  }
}
