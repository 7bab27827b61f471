package com.intel.dra.gpu.sysfs.drm;

/** The error numbers of Linux on x86-64 and arm64 that the code acts on. */
final class DrmErrno {

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;

  private DrmErrno() {}

  static String name(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EINTR -> "EINTR";
      case ENXIO -> "ENXIO";
      case EAGAIN -> "EAGAIN";
      case EACCES -> "EACCES";
      case ENODEV -> "ENODEV";
      case EINVAL -> "EINVAL";
      case ENOTTY -> "ENOTTY";
      default -> "errno " + errno;
    };
  }
}
