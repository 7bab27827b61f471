package com.intel.dra.gpu.simulator.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.simulator.fuse.FuseMount;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.discovery.UnusableSysfsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the program in a separate process: its output, its exit codes, and its reaction to signals.
 */
class SimulatorMainTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ONE_GPU =
      "gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\", memoryMiB: 14248, maxVfs: 16}]";
  private static final String TWO_GPUS =
      """
      gpus:
      - {address: "0000:03:00.0", model: "0x56c1"}
      - {address: "0000:b3:00.0", model: "0x56c0", memoryMiB: 14248, maxVfs: 16}
      """;

  @TempDir Path folder;
  private Path root;
  private Path topology;
  private Path out;
  private Path err;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void choosePaths() {
    root = folder.resolve("root");
    topology = folder.resolve("topology.yaml");
    out = folder.resolve("out");
    err = folder.resolve("err");
  }

  @AfterEach
  void endProcesses() throws InterruptedException, IOException {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor();
    }
    FuseMount.detach(root.toAbsolutePath().resolve("sysfs"));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SimulatorMain.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
            .redirectError(err.toFile())
            .start();
    processes.add(process);
    return process;
  }

  private Process simulate() throws IOException {
    return start(
        "--topology",
        topology.toString(),
        "--root",
        root.toString(),
        "--plain-device-files",
        "--plain-sysfs");
  }

  private Process serve() throws IOException {
    assumeThat(FusePossible.whyNot()).as("why FUSE cannot be tried here").isEmpty();
    return start("--topology", topology.toString(), "--root", root.toString());
  }

  private void awaitOutput(Path stream, String text) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(stream).content().contains(text));
  }

  private int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private List<String> devices() throws UnusableSysfsException {
    return new GpuDiscovery(root.resolve("sysfs"))
        .discover().devices().stream().map(Gpu::uid).map(Object::toString).toList();
  }

  @Test
  void onSigtermItRemovesWhatItMadeAndExitsWithZero() throws Exception {
    Files.writeString(topology, TWO_GPUS);
    Process process = simulate();
    awaitOutput(out, "ready: 2 GPUs");
    assertThat(out)
        .content()
        .contains(
            "0000:03:00.0 appeared: model 0x56c1, driver i915, 0 MiB, up to 0 VFs, card0,"
                + " renderD128\n")
        .contains(
            "0000:b3:00.0 appeared: model 0x56c0, driver i915, 14248 MiB, up to 16 VFs, card1,"
                + " renderD129\n");
    assertThat(devices()).containsExactly("0000:03:00.0-0x56c1", "0000:b3:00.0-0x56c0");

    process.destroy();

    assertThat(exitCode(process)).isZero();
    assertThat(root).doesNotExist();
    assertThat(err).isEmptyFile();
  }

  @Test
  void aStartOverTheLeftoversOfAKilledOneWorksAndRemovesThemToo() throws Exception {
    Files.writeString(topology, TWO_GPUS);
    Process killed = simulate();
    awaitOutput(out, "ready: 2 GPUs");
    killed.destroyForcibly().waitFor();
    assertThat(devices()).hasSize(2);
    Files.writeString(topology, ONE_GPU);

    Process second = simulate();
    awaitOutput(out, "ready: 1 GPUs");

    assertThat(devices()).containsExactly("0000:b3:00.0-0x56c0");
    second.destroy();
    assertThat(exitCode(second)).isZero();
    assertThat(root).doesNotExist();
  }

  @Test
  void aTopologyThatChangesAsAConfigMapDoesIsFollowed() throws Exception {
    Path first = Files.createDirectory(folder.resolve("..first"));
    Files.writeString(first.resolve("topology.yaml"), ONE_GPU);
    Path second = Files.createDirectory(folder.resolve("..second"));
    Files.writeString(second.resolve("topology.yaml"), TWO_GPUS);
    Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
    Files.createSymbolicLink(topology, Path.of("..data/topology.yaml"));
    simulate();
    awaitOutput(out, "ready: 1 GPUs");

    Path next = Files.createSymbolicLink(folder.resolve("..next"), second.getFileName());
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);

    awaitOutput(out, "0000:03:00.0 appeared");
    assertThat(devices()).containsExactly("0000:03:00.0-0x56c1", "0000:b3:00.0-0x56c0");
  }

  @Test
  void aBadChangeOfTheTopologyIsSaidAndChangesNothing() throws Exception {
    Files.writeString(topology, ONE_GPU);
    Process process = simulate();
    awaitOutput(out, "ready: 1 GPUs");

    replaceTopology("gpus: [{address: nonsense}]");
    awaitOutput(err, "gpus[0].address is \"nonsense\"");
    assertThat(devices()).containsExactly("0000:b3:00.0-0x56c0");

    Files.delete(topology);
    awaitOutput(err, "does not exist");
    assertThat(devices()).containsExactly("0000:b3:00.0-0x56c0");

    replaceTopology("gpus: []");
    awaitOutput(out, "0000:b3:00.0 vanished");
    assertThat(devices()).isEmpty();
    assertThat(process.isAlive()).isTrue();
  }

  private void replaceTopology(String content) throws IOException {
    Path next = Files.writeString(folder.resolve("next.yaml"), content);
    Files.move(next, topology, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aBadTopologyEndsItWithTwoAndMakesNothing() throws Exception {
    Files.writeString(topology, "gpus: [{address: \"0000:b3:00.0\", model: flex}]");

    assertThat(exitCode(simulate())).isEqualTo(2);

    assertThat(err).content().contains(topology + ": gpus[0].model is \"flex\"");
    assertThat(root).doesNotExist();
  }

  @Test
  void aMissingTopologyEndsItWithTwo() throws Exception {
    assertThat(exitCode(simulate())).isEqualTo(2);

    assertThat(err).content().contains(topology + ": does not exist");
  }

  @Test
  void aRootOfSomebodyElseEndsItWithTwo() throws Exception {
    Files.writeString(topology, ONE_GPU);
    Files.createDirectories(root.resolve("sysfs"));
    Files.writeString(root.resolve("sysfs/theirs"), "");

    assertThat(exitCode(simulate())).isEqualTo(2);

    assertThat(err).content().contains(root.toString(), "sysfs/theirs");
  }

  @Test
  void aRootThatCannotBeMadeEndsItWithOne() throws Exception {
    Files.writeString(topology, ONE_GPU);

    Process process =
        start("--topology", topology.toString(), "--root", topology.resolve("below").toString());

    assertThat(exitCode(process)).isEqualTo(1);
    assertThat(err).content().contains("failed: ");
  }

  @Test
  void aServedNodeIsUnmountedOnSigterm() throws Exception {
    Files.writeString(topology, ONE_GPU);
    Process process = serve();
    awaitOutput(out, "ready: 1 GPUs");
    Path numVfs = root.resolve("sysfs/bus/pci/devices/0000:b3:00.0/sriov_numvfs");
    Files.writeString(numVfs, "2");
    awaitOutput(out, "sriov_numvfs=2: 2 VFs enabled");
    assertThat(devices()).hasSize(3);
    assertThat(root.resolve("dev/dri/card2")).exists();

    process.destroy();

    assertThat(exitCode(process)).isZero();
    assertThat(root).doesNotExist();
    assertThat(FuseMount.isMounted(root.toAbsolutePath().resolve("sysfs"))).isFalse();
    assertThat(err).isEmptyFile();
  }

  @Test
  void aStartOverTheStaleMountOfAKilledOneWorks() throws Exception {
    Files.writeString(topology, TWO_GPUS);
    Process killed = serve();
    awaitOutput(out, "ready: 2 GPUs");
    Path sysfs = root.resolve("sysfs");
    Files.writeString(sysfs.resolve("bus/pci/devices/0000:b3:00.0/sriov_numvfs"), "16");
    killed.destroyForcibly().waitFor();
    assertThatThrownBy(() -> Files.newDirectoryStream(sysfs).close())
        .hasMessageContaining("not connected");
    Files.writeString(topology, ONE_GPU);

    Process second = serve();
    awaitOutput(out, "ready: 1 GPUs");

    assertThat(devices()).containsExactly("0000:b3:00.0-0x56c0");
    try (Stream<Path> nodes = Files.list(root.resolve("dev/dri"))) {
      assertThat(nodes).hasSize(2);
    }
    second.destroyForcibly().waitFor();

    Process plain = simulate();
    // the stale mount stays until the next simulator has removed it
    await().atMost(PATIENCE).ignoreExceptions().until(() -> devices().size() == 1);
    plain.destroy();
    assertThat(exitCode(plain)).isZero();
    assertThat(root).doesNotExist();
  }

  @Test
  void aFaultInTheTopologyIsFollowedAndTheGpuStays() throws Exception {
    Files.writeString(topology, ONE_GPU);
    serve();
    awaitOutput(out, "ready: 1 GPUs");
    Path numVfs = root.resolve("sysfs/bus/pci/devices/0000:b3:00.0/sriov_numvfs");
    Files.writeString(numVfs, "2");

    replaceTopology(
        ONE_GPU.replace(
            "maxVfs: 16", "maxVfs: 16, faults: [{fault: refuse, file: sriov_numvfs, errno: EIO}]"));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> Files.writeString(numVfs, "2"))
                    .hasMessageContaining("Input/output error"));
    assertThat(numVfs).hasContent("2");
    assertThat(out).content().doesNotContain("vanished");
  }

  @Test
  void helpIsGivenWithZeroAndBadArgumentsEndItWithTwo() throws Exception {
    assertThat(exitCode(start("--help"))).isZero();
    assertThat(out).content().startsWith("Usage: ");

    assertThat(exitCode(start("--root", "x", "--frobnicate"))).isEqualTo(2);
    assertThat(err).content().startsWith("unknown argument: --frobnicate");
  }
}
