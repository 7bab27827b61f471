package com.intel.dra.gpu.nodeagent.config;

import com.intel.dra.gpu.mode.DraModeSetting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of a node agent below one folder, on node "node1" in namespace "gpu". */
public record TestingConfig(
    Path root,
    Path sysfsRoot,
    Path devRoot,
    Duration rescanInterval,
    Duration prepareWait,
    UnownedVfsSetting unownedVfs,
    boolean takeOver)
    implements AgentConfig {

  public static TestingConfig below(Path root) {
    return new TestingConfig(
        root,
        root.resolve("sys"),
        Path.of("/dev"),
        Duration.ofMillis(50),
        Duration.ofMillis(50),
        UnownedVfsSetting.ADOPT,
        false);
  }

  public TestingConfig withHost(Path sysfs, Path dev) {
    return new TestingConfig(root, sysfs, dev, rescanInterval, prepareWait, unownedVfs, takeOver);
  }

  public TestingConfig withPrepareWait(Duration wait) {
    return new TestingConfig(root, sysfsRoot, devRoot, rescanInterval, wait, unownedVfs, takeOver);
  }

  public TestingConfig withUnownedVfs(UnownedVfsSetting unowned) {
    return new TestingConfig(
        root, sysfsRoot, devRoot, rescanInterval, prepareWait, unowned, takeOver);
  }

  /** Claims of the Go driver are taken over. */
  public TestingConfig withTakeOver() {
    return new TestingConfig(
        root, sysfsRoot, devRoot, rescanInterval, prepareWait, unownedVfs, true);
  }

  /** Returns the same folders, except the host's, below another root. */
  public TestingConfig withRoot(Path other) {
    return new TestingConfig(
        other, sysfsRoot, devRoot, rescanInterval, prepareWait, unownedVfs, takeOver);
  }

  @Override
  public String nodeName() {
    return "node1";
  }

  @Override
  public String namespace() {
    return "gpu";
  }

  @Override
  public Optional<Path> cgroupRoot() {
    return Optional.empty();
  }

  @Override
  public boolean deviceMetadata() {
    return true;
  }

  @Override
  public boolean claimStatus() {
    return false;
  }

  @Override
  public boolean memoryInUse() {
    return false;
  }

  @Override
  public boolean drmMemory() {
    return false;
  }

  @Override
  public Path cdiRoot() {
    return root.resolve("cdi");
  }

  @Override
  public Optional<Path> pluginDir() {
    return Optional.of(root.resolve("plugin"));
  }

  @Override
  public Path pluginsDir() {
    return root;
  }

  @Override
  public DraModeSetting draMode() {
    return DraModeSetting.CLASSIC;
  }

  @Override
  public Optional<String> podName() {
    return Optional.of("agent-pod");
  }

  @Override
  public Optional<String> podUid() {
    return Optional.empty();
  }

  @Override
  public SharingSetting sharing() {
    return SharingSetting.MEMORY;
  }

  @Override
  public int shareDefaultMib() {
    return 0;
  }

  @Override
  public int shareMinimumMib() {
    return 1;
  }

  @Override
  public int shareStepMib() {
    return 1;
  }

  @Override
  public int vfsOnDemand() {
    return 4;
  }

  @Override
  public Path policyFile() {
    return root.resolve("policy.yaml");
  }

  @Override
  public boolean monitors() {
    return true;
  }

  @Override
  public Path registryDir() {
    return root.resolve("registry");
  }

  @Override
  public Duration vfFailurePause() {
    return Duration.ofMinutes(5);
  }

  /** Longer than any probe of a test takes, unless the probe hangs on purpose. */
  @Override
  public Duration vfSurveyWait() {
    return Duration.ofSeconds(3);
  }

  @Override
  public Duration abandonedClaimsAfter() {
    return Duration.ofMinutes(10);
  }

  @Override
  public Optional<Path> stateDir() {
    return Optional.of(root.resolve("state"));
  }
}
