package com.intel.dra.gpu.selfcheck.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelfCheckArgumentsTest {

  @AfterEach
  void forgetSettings() {
    List.of("NODE_NAME", "gpu.sysfs-root", "gpu.unowned-vfs").forEach(System::clearProperty);
  }

  @Test
  void whatIsAskedForIsUnderstood() {
    assertThat(SelfCheckArguments.parse(List.of()))
        .isEqualTo(new SelfCheckArguments.Check(false, Duration.ofSeconds(20)));
    assertThat(SelfCheckArguments.parse(List.of("--json", "--settle", "0")))
        .isEqualTo(new SelfCheckArguments.Check(true, Duration.ZERO));
    assertThat(SelfCheckArguments.parse(List.of("--settle", "6s")))
        .isEqualTo(new SelfCheckArguments.Check(false, Duration.ofSeconds(6)));
    assertThat(SelfCheckArguments.parse(List.of("--files")))
        .isEqualTo(new SelfCheckArguments.Files());
    assertThat(SelfCheckArguments.parse(List.of("--help")))
        .isEqualTo(new SelfCheckArguments.Help());
  }

  @Test
  void whatIsNotUnderstoodIsSaid() {
    assertThat(SelfCheckArguments.parse(List.of("--verbose")))
        .isEqualTo(new SelfCheckArguments.Wrong("unknown argument: --verbose"));
    assertThat(SelfCheckArguments.parse(List.of("--files", "--json")))
        .isEqualTo(new SelfCheckArguments.Wrong("--files is alone"));
    assertThat(SelfCheckArguments.parse(List.of("--settle")))
        .isInstanceOfSatisfying(
            SelfCheckArguments.Wrong.class,
            wrong -> assertThat(wrong.why()).contains("--settle 20"));
    assertThat(SelfCheckArguments.parse(List.of("--settle", "soon")))
        .isInstanceOf(SelfCheckArguments.Wrong.class);
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
    assertThat(config.unownedVfs()).isEqualTo(UnownedVfsSetting.REMOVE);
    assertThat(config.rescanInterval()).isEqualTo(Duration.ofSeconds(5));
  }
}
