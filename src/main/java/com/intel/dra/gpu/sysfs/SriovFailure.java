package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.PciAddress;
import java.nio.file.Path;
import java.time.Duration;

/** Why VFs could not be made or removed. */
public sealed interface SriovFailure {

  /** One sentence for an administrator: the file, what was wanted, what the kernel said. */
  String message();

  /**
   * A write that the kernel refused.
   *
   * @param why the kernel's words for the error number, such as "device or resource busy"
   */
  record WriteRefused(Path file, String value, String why) implements SriovFailure {

    @Override
    public String message() {
      return "writing %s to %s failed: %s".formatted(value, file, why);
    }
  }

  /** A write that the kernel took, and the file says something else. */
  record NotReadBack(Path file, String wanted, String read) implements SriovFailure {

    @Override
    public String message() {
      return "%s says %s after %s was written".formatted(file, SysfsReader.quote(read), wanted);
    }
  }

  /**
   * A VF that has less memory than its profile says.
   *
   * @param vfNumber from 1
   */
  record TooLittleMemory(Path file, int vfNumber, long wantedBytes, long givenBytes)
      implements SriovFailure {

    @Override
    public String message() {
      return "the kernel gave VF %d (%s) %d bytes of local memory, and its profile has %d"
          .formatted(vfNumber, file, givenBytes, wantedBytes);
    }
  }

  /** A file that is missing, cannot be read or does not say what the kernel writes there. */
  record Unreadable(Path file, String why) implements SriovFailure {

    @Override
    public String message() {
      return file + " " + why;
    }
  }

  /**
   * A file that the kernel lets a reader wait for, as it does while the device is being changed.
   */
  record NoAnswer(String file, PciAddress gpu, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "GPU %s does not answer: %s could not be read within %d s (see the kernel log)"
          .formatted(gpu, file, waited.toSeconds());
    }
  }

  /** A VF that was enabled and did not become usable. */
  record VfDidNotAppear(Path awaited, int index, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "VF %d did not appear within %d s: there is no %s (see the kernel log)"
          .formatted(index, waited.toSeconds(), awaited);
    }
  }

  /** VFs that were disabled and stayed. */
  record VfsDidNotVanish(Path first, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "the VFs did not vanish within %d s: there still is %s (see the kernel log)"
          .formatted(waited.toSeconds(), first);
    }
  }

  /** There are VFs, and the kernel changes their number only from 0. */
  record VfsExist(Path numVfsFile, int numVfs) implements SriovFailure {

    @Override
    public String message() {
      return "%s says that there are %d VFs already".formatted(numVfsFile, numVfs);
    }
  }

  /** What was asked for cannot be had from this GPU and kernel; nothing was written. */
  record NotPossible(String why) implements SriovFailure {

    @Override
    public String message() {
      return why;
    }
  }
}
