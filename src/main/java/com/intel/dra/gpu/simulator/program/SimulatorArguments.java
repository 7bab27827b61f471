package com.intel.dra.gpu.simulator.program;

import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The parsed command line of the simulator program. */
sealed interface SimulatorArguments {

  String USAGE =
      """
      Usage: simulator --topology FILE --root DIR [--plain-device-files] [--plain-sysfs]

      Simulates Intel GPUs: DIR/sysfs takes the place of /sys, DIR/dev that of /dev.
      Runs until SIGTERM or SIGINT, then removes what it made.

        --topology FILE       YAML list of GPUs; changes are read within a second:
                                gpus:
                                - address: "0000:b3:00.0"  # PCI address
                                  model: "0x56c0"          # PCI device id
                                  memoryMiB: 14248         # local memory, default 0
                                  maxVfs: 16               # SR-IOV VFs, default 0
                                  driver: i915             # or xe, default i915
                                docs/develop/simulator.md has more fields: quotaFiles, tiles, faults
        --root DIR            folder of its own, made when missing
        --plain-device-files  empty files instead of device nodes (needs no CAP_MKNOD)
        --plain-sysfs         ordinary files instead of a file system that answers as the
                              kernel does: no VFs (needs neither FUSE nor CAP_SYS_ADMIN)
        --help                this text

      Exit codes: 0 stopped by a signal, 1 failed, 2 bad arguments, topology or root.
      """;

  /**
   * @param sysfs how the tree that stands for /sys is provided
   */
  record Run(Path topology, Path root, DeviceNodes deviceNodes, Sysfs sysfs)
      implements SimulatorArguments {}

  enum Sysfs {
    /** A mounted file system that answers as the kernel does. */
    SERVED,
    PLAIN_FILES
  }

  record Help() implements SimulatorArguments {}

  record Wrong(String why) implements SimulatorArguments {}

  static SimulatorArguments parse(List<String> arguments) {
    Map<String, Path> paths = new HashMap<>();
    DeviceNodes deviceNodes = DeviceNodes.CHARACTER_DEVICES;
    Sysfs sysfs = Sysfs.SERVED;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      String name = argument.split("=", 2)[0];
      switch (name) {
        case "--help", "-h" -> {
          return new Help();
        }
        case "--plain-device-files" -> deviceNodes = DeviceNodes.PLAIN_FILES;
        case "--plain-sysfs" -> sysfs = Sysfs.PLAIN_FILES;
        case "--topology", "--root" -> {
          String value;
          if (argument.contains("=")) {
            value = argument.substring(name.length() + 1);
          } else if (rest.hasNext()) {
            value = rest.next();
          } else {
            return new Wrong(name + " needs a value");
          }
          try {
            if (value.isEmpty() || paths.putIfAbsent(name, Path.of(value)) != null) {
              return new Wrong(name + " must be given once, with a value");
            }
          } catch (InvalidPathException e) {
            return new Wrong(name + " is not a path: " + e.getMessage());
          }
        }
        default -> {
          return new Wrong("unknown argument: " + argument);
        }
      }
    }
    Path topology = paths.get("--topology");
    Path root = paths.get("--root");
    if (topology == null || root == null) {
      return new Wrong("--topology and --root are both needed");
    }
    return new Run(topology, root, deviceNodes, sysfs);
  }
}
