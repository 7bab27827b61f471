package com.intel.dra.gpu.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.AgentConfig;
import com.intel.dra.gpu.nodeagent.UnownedVfs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommandLineTest {

  @AfterEach
  void forgetSettings() {
    List.of("NODE_NAME", "gpu.sysfs-root", "gpu.unowned-vfs").forEach(System::clearProperty);
  }

  @Test
  void whatIsAskedForIsUnderstood() {
    assertThat(CommandLine.parse(List.of()))
        .isEqualTo(new CommandLine.Check(false, Duration.ofSeconds(20)));
    assertThat(CommandLine.parse(List.of("--json", "--settle", "0")))
        .isEqualTo(new CommandLine.Check(true, Duration.ZERO));
    assertThat(CommandLine.parse(List.of("--settle", "6s")))
        .isEqualTo(new CommandLine.Check(false, Duration.ofSeconds(6)));
    assertThat(CommandLine.parse(List.of("--help"))).isEqualTo(new CommandLine.Help());
  }

  @Test
  void whatIsNotUnderstoodIsSaid() {
    assertThat(CommandLine.parse(List.of("--verbose")))
        .isEqualTo(new CommandLine.Wrong("unknown: --verbose"));
    assertThat(CommandLine.parse(List.of("--settle")))
        .isInstanceOfSatisfying(
            CommandLine.Wrong.class, wrong -> assertThat(wrong.why()).contains("--settle 20"));
    assertThat(CommandLine.parse(List.of("--settle", "soon")))
        .isInstanceOf(CommandLine.Wrong.class);
  }

  /** Must work without Quarkus, which is not started for the check. */
  @Test
  void itHasTheAgentsSettings() {
    System.setProperty("NODE_NAME", "node7");
    System.setProperty("gpu.sysfs-root", "/host/sys");
    System.setProperty("gpu.unowned-vfs", "remove");

    AgentConfig config = SelfCheckMain.config();

    assertThat(config.nodeName()).isEqualTo("node7");
    assertThat(config.namespace()).isEqualTo("default");
    assertThat(config.sysfsRoot()).isEqualTo(Path.of("/host/sys"));
    assertThat(config.unownedVfs()).isEqualTo(UnownedVfs.REMOVE);
    assertThat(config.rescanInterval()).isEqualTo(Duration.ofSeconds(5));
  }
}
