package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.example.ExampleDriver;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example driver of docs/develop/kit.md, beside the driver for GPUs, on a node with a real
 * kubelet: a pod sees its lamp, also one that comes after a second instance has replaced the first.
 */
@Tag("structured")
class ExampleDriverIT {

  private static final String NAME = "lamps.example.com";
  private static final String NODE = "node1";
  private static final Pattern LAMP = Pattern.compile("lamp-\\d");

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @TempDir Path lamps;

  private final List<Process> drivers = new ArrayList<>();

  @AfterEach
  void endTheDrivers() throws InterruptedException {
    cluster.empty();
    for (Process driver : drivers) {
      end(driver);
    }
    Shell.kubectl("delete", "resourceslices", "--field-selector=spec.driver=" + NAME);
    Shell.onNode(
        NODE,
        "sh",
        "-c",
        "rm -rf /var/lib/kubelet/plugins/%s /var/run/cdi/*example.com-lamp*".formatted(NAME));
  }

  @Test
  void aPodSeesItsLampAlsoAfterASecondInstanceHasReplacedTheFirst() throws Exception {
    Files.createFile(lamps.resolve("lamp-0"));
    Files.createFile(lamps.resolve("lamp-1"));
    cluster.applyFile(Path.of("src/test/resources/example/lamps.yaml"));
    Process first = start("first");
    cluster.eventually("the lamps are published", () -> assertThat(published()).hasSize(2));
    awaitLamp("reader", "reader");

    start("second");
    cluster.eventually("both instances serve", () -> assertThat(sockets()).hasSize(2));
    end(first);
    podWithLamp("after");

    assertThat(lamps("after", "main"))
        .as("each has its own")
        .doesNotContainAnyElementsOf(lamps("reader", "reader"));
    cluster.deletePod("reader");
    podWithLamp("again");
  }

  private void podWithLamp(String name) {
    cluster.structuredPod(
        name,
        StructuredCluster.ON_NODE1,
        List.of(TestObjects.containerThat("main", "ls -la /dev/lamp-* && sleep 3600", "lamp")),
        Map.of("lamp", StructuredCluster.template("one-lamp")));
    awaitLamp(name, "main");
  }

  private void awaitLamp(String pod, String container) {
    cluster.awaitRunning(pod);
    cluster.eventually(
        pod + " sees a lamp, which is /dev/zero",
        () ->
            assertThat(cluster.log(pod, container))
                .containsOnlyOnce("/dev/lamp-")
                .containsPattern("^c.* 1, +5 "));
  }

  private Set<String> lamps(String pod, String container) {
    return LAMP.matcher(cluster.log(pod, container))
        .results()
        .map(match -> match.group())
        .collect(Collectors.toSet());
  }

  private List<String> published() {
    return cluster.client().resources(ResourceSlice.class).list().getItems().stream()
        .filter(slice -> slice.getSpec().getDriver().equals(NAME))
        .flatMap(slice -> slice.getSpec().getDevices().stream())
        .map(device -> device.getName())
        .toList();
  }

  private static List<String> sockets() throws IOException {
    Path folder = NodeFolders.seenFromOutside(NODE, "/var/lib/kubelet/plugins_registry");
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.contains(NAME))
          .toList();
    }
  }

  /** Starts the driver with the folders, the network and the credentials of the node. */
  private Process start(String uid) throws IOException {
    var command =
        JavaOnNode.command(
            NODE,
            List.of(
                "-Dkubernetes.certs.client.key.algo=EC", // the local cluster has elliptic keys
                "-Dkubeconfig=" + NodeFolders.run().resolve(NODE + ".kubeconfig")),
            ExampleDriver.class,
            NODE,
            uid,
            lamps.toString(),
            "/var/lib/kubelet",
            "/var/run/cdi");
    Process process = command.inheritIO().start();
    drivers.add(process);
    return process;
  }

  private static void end(Process driver) throws InterruptedException {
    driver.destroy();
    driver.waitFor();
  }
}
