package com.intel.dra.gpu.sysfs.dmem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Writes control groups as a kubelet and a container runtime make them, as ordinary files. */
public final class FakePodGroups {

  private final Path root;

  /**
   * @param root the root control group
   */
  public FakePodGroups(Path root) {
    this.root = root;
  }

  public Path root() {
    return root;
  }

  /** Lets the kernel count that much memory as there. */
  public void capacity(String lines) {
    write(root, "dmem.capacity", lines);
  }

  /** The group of a pod whose kubelet uses the cgroup driver cgroupfs. */
  public Path cgroupfsPod(String uid) {
    return root.resolve("kubepods/besteffort/pod" + uid);
  }

  /** The group of a pod whose kubelet uses the cgroup driver systemd. */
  public Path systemdPod(String uid) {
    return root.resolve(
        "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%s.slice"
            .formatted(uid.replace('-', '_')));
  }

  /** Lets the kernel count that much memory as in use by a group and those below it. */
  public static void use(Path group, String lines) {
    write(group, "dmem.current", lines);
  }

  private static void write(Path group, String file, String lines) {
    try {
      Files.createDirectories(group);
      Files.writeString(group.resolve(file), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a group with all that is below it, as when a pod has ended. */
  public static void remove(Path group) {
    try (var files = Files.walk(group)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
