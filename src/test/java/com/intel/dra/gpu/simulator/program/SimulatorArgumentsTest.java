package com.intel.dra.gpu.simulator.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorArgumentsTest {

  @Test
  void topologyAndRootMayFollowASpaceOrAnEqualsSign() {
    SimulatorArguments expected =
        new SimulatorArguments.Run(
            Path.of("t=1"),
            Path.of("r"),
            DeviceNodes.CHARACTER_DEVICES,
            SimulatorArguments.Sysfs.SERVED);

    assertThat(SimulatorArguments.parse(List.of("--topology", "t=1", "--root", "r")))
        .isEqualTo(expected);
    assertThat(SimulatorArguments.parse(List.of("--root=r", "--topology=t=1"))).isEqualTo(expected);
  }

  @Test
  void plainFilesAreMadeOnRequest() {
    assertThat(
            SimulatorArguments.parse(List.of("--topology=t", "--plain-device-files", "--root=r")))
        .isEqualTo(
            new SimulatorArguments.Run(
                Path.of("t"),
                Path.of("r"),
                DeviceNodes.PLAIN_FILES,
                SimulatorArguments.Sysfs.SERVED));
    assertThat(SimulatorArguments.parse(List.of("--topology=t", "--plain-sysfs", "--root=r")))
        .isEqualTo(
            new SimulatorArguments.Run(
                Path.of("t"),
                Path.of("r"),
                DeviceNodes.CHARACTER_DEVICES,
                SimulatorArguments.Sysfs.PLAIN_FILES));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--topology=t",
        "--root=r",
        "--topology=t --root",
        "--topology= --root=r",
        "--topology=t --root=r --root=s",
        "--topology=t --root=r more",
        "--topology=t --root=r --Root=r"
      })
  void anythingElseIsRefusedWithAReason(String arguments) {
    List<String> words = arguments.isEmpty() ? List.of() : List.of(arguments.split(" "));

    assertThat(SimulatorArguments.parse(words))
        .isInstanceOfSatisfying(
            SimulatorArguments.Wrong.class, wrong -> assertThat(wrong.why()).isNotBlank());
  }

  @Test
  void helpWinsOverMissingArguments() {
    assertThat(SimulatorArguments.parse(List.of("--topology=t", "--help")))
        .isEqualTo(new SimulatorArguments.Help());
  }
}
