package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The node agent as a process of its own, with a sysfs that consists of ordinary files.
 *
 * @param folder has its CDI specs and its sockets
 */
record AgentProcess(Process process, Path folder) implements AutoCloseable {

  static final String NODE = "bench-0000";

  private static final Duration POLL = Duration.ofMillis(2);
  private static final long PATIENCE_SECONDS = 30;

  /**
   * @param command its command line
   * @param settings as environment variables
   */
  static AgentProcess start(
      List<String> command, ProcessFolder folder, FolderNode node, Map<String, String> settings)
      throws IOException {
    Path path = folder.path();
    var builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "NODE_NAME", NODE,
                "POD_NAMESPACE", "default",
                "POD_NAME", "bench",
                "GPU_SYSFS_ROOT", node.sysfsRoot().toString(),
                "GPU_DEV_ROOT", node.devRoot().toString(),
                "GPU_CDI_ROOT", path.resolve("cdi").toString(),
                "GPU_PLUGIN_DIR", path.resolve("plugin").toString(),
                "GPU_REGISTRY_DIR", path.resolve("registry").toString()));
    builder.environment().putAll(settings);
    for (String name : List.of("cdi", "plugin", "registry")) {
      Files.createDirectories(path.resolve(name));
    }
    return new AgentProcess(folder.start(builder), path);
  }

  /**
   * Registers the agent as soon as its socket exists, as the kubelet does.
   *
   * @throws IllegalStateException if the agent has ended
   */
  void register(TestingKubelet kubelet) throws IOException, InterruptedException {
    while (process.isAlive()) {
      try (var files = Files.list(folder.resolve("registry"))) {
        var socket = files.filter(file -> file.toString().endsWith(".sock")).findFirst();
        if (socket.isPresent()) {
          kubelet.getInfo(socket.get());
          kubelet.notifyStatus(socket.get(), true, "");
          return;
        }
      }
      Thread.sleep(POLL);
    }
    throw new IllegalStateException("the agent has ended: see its log");
  }

  long pid() {
    return process.pid();
  }

  /** Asks the process to end, and waits until it has ended. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
