package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The processes of pods, as seen from the machine that runs the nodes. */
final class Processes {

  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";

  private Processes() {}

  /**
   * Returns the TCP ports, of any address, on which a process in the network of that pod listens.
   */
  static Set<Integer> tcpListenersOf(Pod pod) {
    Path process = of(pod).getFirst();
    var ports = new TreeSet<Integer>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      // sl local_address:port remote_address:port state ...
      read(process.resolve(table))
          .lines()
          .skip(1)
          .map(line -> line.strip().split("\\s+"))
          .filter(fields -> fields[3].equals(LISTENING))
          .map(fields -> fields[1].substring(fields[1].lastIndexOf(':') + 1))
          .forEach(port -> ports.add(Integer.parseInt(port, 16)));
    }
    return ports;
  }

  /** Ends the only process of the pod with that word in its command line, by SIGTERM. */
  static void end(Pod pod, String word) {
    signal(pod, word, "TERM");
  }

  /** Kills the only process of the pod with that word in its command line, by SIGKILL. */
  static void kill(Pod pod, String word) {
    signal(pod, word, "KILL");
  }

  /**
   * Sends a signal to the only process of the pod with that word in its command line.
   *
   * @param signal without SIG
   */
  static void signal(Pod pod, String word, String signal) {
    Shell.run("kill", "-" + signal, of(pod, word).getFileName().toString());
  }

  /**
   * Makes every write to a file by the agent in that pod fail, as on a full disk, or succeed again.
   */
  static void letAgentWriteFiles(Pod pod, boolean may) {
    Shell.run(
        "prlimit",
        "--pid=" + of(pod, Driver.JAR).getFileName(),
        "--fsize=" + (may ? "unlimited" : "0") + ":");
  }

  /**
   * Returns the folder in /proc of the only process of the pod with that word in its command line.
   */
  static Path of(Pod pod, String word) {
    List<Path> found =
        of(pod).stream()
            .filter(process -> read(process.resolve("cmdline")).contains(word))
            .toList();
    assertThat(found).as(word + " in " + pod.getMetadata().getName()).hasSize(1);
    return found.getFirst();
  }

  /** Returns a field of the kernel's status of a process, with single spaces between its parts. */
  static String status(Path process, String field) {
    return read(process.resolve("status"))
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip().replaceAll("\\s+", " "))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the kernel tells no " + field));
  }

  /**
   * Returns the mount points of the file systems that the process sees and that are not read-only.
   */
  static Set<String> writableMounts(Path process) {
    // device place type options ...
    return read(process.resolve("mounts"))
        .lines()
        .map(line -> line.split(" "))
        .filter(fields -> List.of(fields[3].split(",")).contains("rw"))
        .map(fields -> fields[1])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Kills the processes of the pod with that word in their command line, by SIGKILL. There may be
   * none, because they may have been killed already.
   *
   * @return whether there was one
   */
  static boolean killAny(Pod pod, String word) {
    boolean killed = false;
    for (Path process : running(pod.getMetadata().getUid())) {
      String commandLine;
      try {
        commandLine = Files.readString(process.resolve("cmdline"));
      } catch (IOException e) {
        continue; // it has ended meanwhile
      }
      if (commandLine.contains(word)) {
        long pid = Long.parseLong(process.getFileName().toString());
        killed |= ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
      }
    }
    return killed;
  }

  /** Returns the folders in /proc of the processes of the pod. */
  static List<Path> of(Pod pod) {
    List<Path> processes = running(pod.getMetadata().getUid());
    assertThat(processes).as("processes of " + pod.getMetadata().getName()).isNotEmpty();
    return processes;
  }

  private static List<Path> running(String uid) {
    var processes = new ArrayList<Path>();
    try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : entries) {
        if (belongsTo(process, uid)) {
          processes.add(process);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return processes;
  }

  private static boolean belongsTo(Path process, String podUid) {
    try {
      return Files.readString(process.resolve("cgroup")).contains("/pod" + podUid);
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
