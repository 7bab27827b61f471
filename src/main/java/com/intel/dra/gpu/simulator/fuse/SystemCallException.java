package com.intel.dra.gpu.simulator.fuse;

import java.io.IOException;
import java.io.Serial;
import java.util.Arrays;

/** The kernel refused a system call. */
public final class SystemCallException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  SystemCallException(String call, int errno) {
    super(call + " failed with " + name(errno));
    this.errno = errno;
  }

  private static String name(int errno) {
    return Arrays.stream(Errno.values())
        .filter(known -> known.number() == errno)
        .map(Errno::name)
        .findFirst()
        .orElse("errno " + errno);
  }

  boolean is(Errno other) {
    return errno == other.number();
  }
}
