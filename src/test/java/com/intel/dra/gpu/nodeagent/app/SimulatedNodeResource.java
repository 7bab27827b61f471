package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.simulatedGpu;

import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.program.FolderNode;
import com.intel.dra.gpu.simulator.topology.Topology;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node with one simulated GPU on bus 3; all folders of its node agent are below /tmp. */
public class SimulatedNodeResource implements QuarkusTestResourceLifecycleManager {

  private @Nullable Path root;
  private @Nullable FolderNode node;

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory("gpu");
      root = folder;
      FolderNode simulated =
          FolderNode.create(
              folder.resolve("host"),
              new Topology(List.of(simulatedGpu(3))),
              DeviceNodes.PLAIN_FILES);
      node = simulated;
      return Map.of(
          "gpu.node-name", "node1",
          "gpu.namespace", "gpu",
          "gpu.sysfs-root", simulated.sysfsRoot().toString(),
          "gpu.dev-root", simulated.devRoot().toString(),
          "gpu.cdi-root", folder.resolve("cdi").toString(),
          "gpu.plugin-dir", folder.resolve("plugin").toString(),
          "gpu.registry-dir", folder.resolve("registry").toString(),
          "gpu.rescan-interval", "200ms");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    try {
      if (node != null) {
        node.close();
      }
      if (root != null) {
        try (var files = Files.walk(root)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.deleteIfExists(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
