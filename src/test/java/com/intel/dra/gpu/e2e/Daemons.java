package com.intel.dra.gpu.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Kills and restarts Kubernetes' own processes and whole nodes. */
final class Daemons {

  static final String API_SERVER = "kube-apiserver";
  static final String ETCD = "etcd";

  private static final String SCRIPT = "e2e/cluster/daemon.sh";
  private static final String POWER = "e2e/cluster/power.sh";

  private final Set<String> dead = new LinkedHashSet<>();
  private Optional<String> nodeWithoutPower = Optional.empty();

  static String kubelet(String node) {
    return node + "-kubelet";
  }

  /** Kills the daemon by SIGKILL, and starts another. */
  static void restartAtOnce(String name) {
    Shell.run(SCRIPT, "kill", name);
    Shell.run(SCRIPT, "start", name);
  }

  /** Kills the daemon by SIGKILL. */
  void kill(String name) {
    dead.add(name);
    Shell.run(SCRIPT, "kill", name);
  }

  void start(String name) {
    Shell.run(SCRIPT, "start", name);
    dead.remove(name);
  }

  /** Ends all processes of the node at once. */
  void cutPower(String node) {
    nodeWithoutPower = Optional.of(node);
    Shell.run(POWER, "off", node);
  }

  void boot(String node) {
    Shell.run(POWER, "on", node);
    nodeWithoutPower = Optional.empty();
  }

  /** Returns everything that the daemon has logged since the cluster was made. */
  static String log(String name) {
    try {
      return Files.readString(NodeFolders.run().resolve("logs/" + name + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts whatever a failed test has left dead. */
  void startAll() {
    nodeWithoutPower.ifPresent(this::boot);
    List.copyOf(dead).forEach(this::start);
  }
}
