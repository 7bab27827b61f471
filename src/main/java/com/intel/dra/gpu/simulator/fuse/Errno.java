package com.intel.dra.gpu.simulator.fuse;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kernel's error numbers on x86-64 and arm64 (include/uapi/asm-generic/errno-base.h and
 * errno.h).
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  ENOSPC(28),
  ERANGE(34),
  ENOSYS(38),
  EOPNOTSUPP(95),
  ETIMEDOUT(110),
  ESTALE(116),
  EUCLEAN(117);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The error of this name, such as {@code EBUSY}. */
  public static Optional<Errno> named(String name) {
    return Arrays.stream(values()).filter(errno -> errno.name().equals(name)).findFirst();
  }
}
