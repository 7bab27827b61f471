package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Path;
import java.time.Duration;

/** The reason why VFs could not be made or removed. */
public sealed interface SriovFailure {

  /** One sentence for an administrator: the file, the intention, and the kernel's answer. */
  String message();

  /**
   * The kernel refused a write.
   *
   * @param why the kernel's text for the error number, such as "device or resource busy"
   */
  record WriteRefused(Path file, String value, String why) implements SriovFailure {

    @Override
    public String message() {
      return "writing %s to %s failed: %s".formatted(value, file, why);
    }
  }

  /** The kernel accepted a write, but the file then contains something else. */
  record NotReadBack(Path file, String wanted, String read) implements SriovFailure {

    @Override
    public String message() {
      return "%s says %s after %s was written".formatted(file, SysfsReader.quote(read), wanted);
    }
  }

  /**
   * A VF has less memory than its profile says.
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

  /** A file is missing, cannot be read, or does not contain what the kernel writes there. */
  record Unreadable(Path file, String why) implements SriovFailure {

    @Override
    public String message() {
      return file + " " + why;
    }
  }

  /**
   * A read did not return in time: the kernel makes readers wait while the device is being changed.
   */
  record NoAnswer(String file, PciAddress gpu, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "GPU %s does not answer: %s could not be read within %d s (see the kernel log)"
          .formatted(gpu, file, waited.toSeconds());
    }
  }

  /** A VF was enabled but did not become usable. */
  record VfDidNotAppear(Path awaited, int index, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "VF %d did not appear within %d s: there is no %s (see the kernel log)"
          .formatted(index, waited.toSeconds(), awaited);
    }
  }

  /** VFs were disabled but did not vanish. */
  record VfsDidNotVanish(Path first, Duration waited) implements SriovFailure {

    @Override
    public String message() {
      return "the VFs did not vanish within %d s: there still is %s (see the kernel log)"
          .formatted(waited.toSeconds(), first);
    }
  }

  /** There are VFs already, and the kernel changes their number only from 0. */
  record VfsExist(Path numVfsFile, int numVfs) implements SriovFailure {

    @Override
    public String message() {
      return "%s says that there are %d VFs already".formatted(numVfsFile, numVfs);
    }
  }

  /** This GPU and kernel cannot do what was requested; nothing was written. */
  record NotPossible(String why) implements SriovFailure {

    @Override
    public String message() {
      return why;
    }
  }
}
