package com.intel.dra.gpu;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/** The walls of the house, as docs/architecture.md draws them: which room may know which. */
@AnalyzeClasses(packages = "com.intel.dra", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "com.intel.dra.";

  @ArchTest static final ArchRule kitFiles = room("kit.files").mayUse();

  @ArchTest static final ArchRule kitTime = room("kit.time").mayUse();

  @ArchTest static final ArchRule kitConcurrent = room("kit.concurrent").mayUse();

  @ArchTest static final ArchRule kitCdi = room("kit.cdi").mayUse("kit.files");

  @ArchTest static final ArchRule kitKubeletApi = room("kit.kubelet.api").mayUse();

  @ArchTest
  static final ArchRule kitKubeletServer =
      room("kit.kubelet.server").mayUse("kit.concurrent", "kit.kubelet.api", "kit.kubelet.proto");

  @ArchTest static final ArchRule kitSlicesPool = room("kit.slices.pool").mayUse();

  @ArchTest
  static final ArchRule kitSlicesKeeper = room("kit.slices.keeper").mayUse("kit.slices.pool");

  @ArchTest static final ArchRule gpuDevice = room("gpu.device").mayUse();

  @ArchTest static final ArchRule gpuAllocation = room("gpu.allocation").mayUse("gpu.device");

  @ArchTest static final ArchRule gpuApi = room("gpu.api").mayUse();

  @ArchTest static final ArchRule gpuClient = room("gpu.client").mayUse();

  @ArchTest static final ArchRule gpuClassic = room("gpu.classic").mayUse("gpu.api", "gpu.device");

  @ArchTest
  static final ArchRule gpuStructured = room("gpu.structured").mayUse("gpu.api", "gpu.device");

  @ArchTest static final ArchRule gpuMode = room("gpu.mode").mayUse("gpu.api", "gpu.structured");

  @ArchTest static final ArchRule gpuMetrics = room("gpu.metrics").mayUse();

  @ArchTest static final ArchRule gpuLogs = room("gpu.logs").mayUse();

  @ArchTest static final ArchRule gpuSysfsFiles = room("gpu.sysfs.files").mayUse("gpu.device");

  @ArchTest
  static final ArchRule gpuSysfsDrm =
      room("gpu.sysfs.drm").mayUse("gpu.device", "gpu.sysfs.files", "kit.time");

  @ArchTest
  static final ArchRule gpuSysfsSriov =
      room("gpu.sysfs.sriov").mayUse("gpu.device", "gpu.sysfs.files", "kit.time");

  @ArchTest
  static final ArchRule gpuSysfsDiscovery =
      room("gpu.sysfs.discovery")
          .mayUse("gpu.device", "gpu.sysfs.drm", "gpu.sysfs.files", "gpu.sysfs.sriov");

  @ArchTest
  static final ArchRule gpuControllerCluster =
      room("gpu.controller.cluster").mayUse("gpu.api", "gpu.classic", "gpu.logs");

  @ArchTest
  static final ArchRule gpuControllerLeader =
      room("gpu.controller.leader")
          .mayUse("gpu.api", "gpu.classic", "gpu.client", "gpu.controller.cluster");

  @ArchTest
  static final ArchRule gpuControllerPlacing =
      room("gpu.controller.placing")
          .mayUse(
              "gpu.allocation",
              "gpu.api",
              "gpu.classic",
              "gpu.controller.cluster",
              "gpu.controller.leader",
              "gpu.device",
              "gpu.logs",
              "gpu.metrics",
              "gpu.mode",
              "kit.time");

  @ArchTest
  static final ArchRule gpuControllerRecords =
      room("gpu.controller.records")
          .mayUse(
              "gpu.api",
              "gpu.classic",
              "gpu.controller.cluster",
              "gpu.controller.leader",
              "gpu.controller.placing");

  @ArchTest
  static final ArchRule gpuControllerAllocate =
      room("gpu.controller.allocate")
          .mayUse(
              "gpu.allocation",
              "gpu.api",
              "gpu.classic",
              "gpu.controller.cluster",
              "gpu.controller.placing",
              "gpu.controller.records");

  @ArchTest
  static final ArchRule gpuControllerRelease =
      room("gpu.controller.release")
          .mayUse(
              "gpu.allocation",
              "gpu.api",
              "gpu.classic",
              "gpu.controller.allocate",
              "gpu.controller.cluster",
              "gpu.controller.leader",
              "gpu.controller.placing",
              "gpu.controller.records",
              "kit.time");

  @ArchTest
  static final ArchRule gpuControllerNodes =
      room("gpu.controller.nodes")
          .mayUse(
              "gpu.api",
              "gpu.classic",
              "gpu.controller.cluster",
              "gpu.controller.leader",
              "gpu.controller.placing",
              "gpu.controller.records",
              "gpu.controller.release");

  @ArchTest
  static final ArchRule gpuControllerApp =
      room("gpu.controller.app")
          .mayUse(
              "gpu.allocation",
              "gpu.api",
              "gpu.classic",
              "gpu.client",
              "gpu.controller.cluster",
              "gpu.controller.leader",
              "gpu.controller.nodes",
              "gpu.controller.placing",
              "gpu.controller.release",
              "gpu.metrics",
              "gpu.mode",
              "kit.time");

  @ArchTest
  static final ArchRule gpuNodeagentConfig =
      room("gpu.nodeagent.config")
          .mayUse("gpu.mode", "gpu.nodeagent.state", "gpu.sysfs.drm", "kit.kubelet.api");

  @ArchTest
  static final ArchRule gpuNodeagentState =
      room("gpu.nodeagent.state")
          .mayUse(
              "gpu.api",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.cdi",
              "kit.cdi",
              "kit.files",
              "kit.kubelet.api");

  @ArchTest
  static final ArchRule gpuNodeagentCdi = room("gpu.nodeagent.cdi").mayUse("gpu.device", "kit.cdi");

  @ArchTest
  static final ArchRule gpuNodeagentTell =
      room("gpu.nodeagent.tell")
          .mayUse(
              "gpu.api",
              "gpu.metrics",
              "gpu.mode",
              "gpu.nodeagent.config",
              "gpu.nodeagent.state",
              "kit.kubelet.api");

  @ArchTest
  static final ArchRule gpuNodeagentGas =
      room("gpu.nodeagent.gas")
          .mayUse("gpu.api", "gpu.client", "gpu.nodeagent.config", "gpu.nodeagent.state");

  @ArchTest
  static final ArchRule gpuNodeagentDevices =
      room("gpu.nodeagent.devices")
          .mayUse(
              "gpu.api",
              "gpu.device",
              "gpu.metrics",
              "gpu.nodeagent.cdi",
              "gpu.nodeagent.config",
              "gpu.nodeagent.gas",
              "gpu.nodeagent.state",
              "gpu.nodeagent.tell",
              "gpu.structured",
              "gpu.sysfs.discovery",
              "kit.cdi",
              "kit.files",
              "kit.time");

  @ArchTest
  static final ArchRule gpuNodeagentVfs =
      room("gpu.nodeagent.vfs")
          .mayUse(
              "gpu.api",
              "gpu.device",
              "gpu.nodeagent.config",
              "gpu.nodeagent.devices",
              "gpu.nodeagent.gas",
              "gpu.nodeagent.state",
              "gpu.nodeagent.tell",
              "gpu.sysfs.files",
              "gpu.sysfs.sriov",
              "kit.files",
              "kit.time");

  @ArchTest
  static final ArchRule gpuNodeagentLife =
      room("gpu.nodeagent.life")
          .mayUse(
              "gpu.api",
              "gpu.client",
              "gpu.mode",
              "gpu.nodeagent.config",
              "gpu.nodeagent.gas",
              "kit.files",
              "kit.kubelet.server");

  @ArchTest
  static final ArchRule gpuNodeagentPublish =
      room("gpu.nodeagent.publish")
          .mayUse(
              "gpu.api",
              "gpu.client",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.cdi",
              "gpu.nodeagent.config",
              "gpu.nodeagent.devices",
              "gpu.nodeagent.gas",
              "gpu.nodeagent.life",
              "gpu.nodeagent.state",
              "gpu.nodeagent.tell",
              "gpu.nodeagent.vfs",
              "gpu.structured",
              "kit.cdi",
              "kit.kubelet.api",
              "kit.slices.keeper",
              "kit.slices.pool");

  @ArchTest
  static final ArchRule gpuNodeagentPrepare =
      room("gpu.nodeagent.prepare")
          .mayUse(
              "gpu.api",
              "gpu.client",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.cdi",
              "gpu.nodeagent.config",
              "gpu.nodeagent.devices",
              "gpu.nodeagent.gas",
              "gpu.nodeagent.publish",
              "gpu.nodeagent.state",
              "gpu.structured",
              "kit.cdi",
              "kit.concurrent",
              "kit.files",
              "kit.kubelet.api",
              "kit.time");

  @ArchTest
  static final ArchRule gpuNodeagentApp =
      room("gpu.nodeagent.app")
          .mayUse(
              "gpu.api",
              "gpu.metrics",
              "gpu.mode",
              "gpu.nodeagent.cdi",
              "gpu.nodeagent.config",
              "gpu.nodeagent.devices",
              "gpu.nodeagent.gas",
              "gpu.nodeagent.life",
              "gpu.nodeagent.prepare",
              "gpu.nodeagent.publish",
              "gpu.nodeagent.state",
              "gpu.nodeagent.tell",
              "gpu.nodeagent.vfs",
              "gpu.sysfs.discovery",
              "gpu.sysfs.drm",
              "gpu.sysfs.sriov",
              "kit.cdi",
              "kit.kubelet.api",
              "kit.kubelet.server",
              "kit.time");

  @ArchTest
  static final ArchRule gpuSelfcheckLook =
      room("gpu.selfcheck.look")
          .mayUse(
              "gpu.api",
              "gpu.classic",
              "gpu.client",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.cdi",
              "gpu.nodeagent.config",
              "gpu.nodeagent.state",
              "gpu.structured",
              "gpu.sysfs.discovery",
              "gpu.sysfs.drm",
              "gpu.sysfs.sriov",
              "kit.cdi",
              "kit.files",
              "kit.kubelet.api",
              "kit.kubelet.server",
              "kit.time");

  @ArchTest
  static final ArchRule gpuSelfcheckCompare =
      room("gpu.selfcheck.compare")
          .mayUse(
              "gpu.api",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.state",
              "gpu.selfcheck.look",
              "gpu.structured",
              "kit.kubelet.server");

  @ArchTest
  static final ArchRule gpuSelfcheckApp =
      room("gpu.selfcheck.app")
          .mayUse(
              "gpu.client",
              "gpu.device",
              "gpu.mode",
              "gpu.nodeagent.config",
              "gpu.nodeagent.state",
              "gpu.selfcheck.compare",
              "gpu.selfcheck.look",
              "kit.kubelet.server");

  @ArchTest
  static final ArchRule gpuSimulatorTopology =
      room("gpu.simulator.topology").mayUse("gpu.device", "gpu.simulator.fuse", "gpu.sysfs.files");

  @ArchTest
  static final ArchRule gpuSimulatorKernel =
      room("gpu.simulator.kernel")
          .mayUse(
              "gpu.device",
              "gpu.simulator.fuse",
              "gpu.simulator.topology",
              "gpu.sysfs.files",
              "kit.time");

  @ArchTest
  static final ArchRule gpuSimulatorFolder =
      room("gpu.simulator.folder")
          .mayUse(
              "gpu.device",
              "gpu.simulator.fuse",
              "gpu.simulator.kernel",
              "gpu.simulator.topology",
              "gpu.sysfs.files");

  @ArchTest static final ArchRule gpuSimulatorFuse = room("gpu.simulator.fuse").mayUse();

  @ArchTest
  static final ArchRule gpuSimulatorProgram =
      room("gpu.simulator.program")
          .mayUse(
              "gpu.device",
              "gpu.simulator.folder",
              "gpu.simulator.fuse",
              "gpu.simulator.kernel",
              "gpu.simulator.topology",
              "gpu.sysfs.files",
              "kit.time");

  @ArchTest
  static final ArchRule theKitKnowsNothingOfTheDriver =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "kit..")
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "gpu.."))
          .because("another driver can use it");

  /** So that the catalogue has them all. */
  @ArchTest
  static final ArchRule metersAreMadeInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "gpu.metrics..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.micrometer..").and(not(equivalentTo(MeterRegistry.class))))
          .because("docs/metrics.md and the dashboards go by the catalogue metrics.Metric");

  @ArchTest
  static final ArchRule everyClassIsInARoom =
      classes()
          .that()
          .doNotHaveSimpleName("package-info")
          .should()
          .resideInAnyPackage(
              Stream.of(
                      "kit.files",
                      "kit.time",
                      "kit.concurrent",
                      "kit.cdi",
                      "kit.kubelet.api",
                      "kit.kubelet.server",
                      "kit.slices.pool",
                      "kit.slices.keeper",
                      "gpu.device",
                      "gpu.allocation",
                      "gpu.api",
                      "gpu.client",
                      "gpu.classic",
                      "gpu.structured",
                      "gpu.mode",
                      "gpu.metrics",
                      "gpu.logs",
                      "gpu.sysfs.files",
                      "gpu.sysfs.drm",
                      "gpu.sysfs.sriov",
                      "gpu.sysfs.discovery",
                      "gpu.controller.cluster",
                      "gpu.controller.leader",
                      "gpu.controller.placing",
                      "gpu.controller.records",
                      "gpu.controller.allocate",
                      "gpu.controller.release",
                      "gpu.controller.nodes",
                      "gpu.controller.app",
                      "gpu.nodeagent.config",
                      "gpu.nodeagent.state",
                      "gpu.nodeagent.cdi",
                      "gpu.nodeagent.tell",
                      "gpu.nodeagent.gas",
                      "gpu.nodeagent.devices",
                      "gpu.nodeagent.vfs",
                      "gpu.nodeagent.life",
                      "gpu.nodeagent.publish",
                      "gpu.nodeagent.prepare",
                      "gpu.nodeagent.app",
                      "gpu.selfcheck.look",
                      "gpu.selfcheck.compare",
                      "gpu.selfcheck.app",
                      "gpu.simulator.topology",
                      "gpu.simulator.kernel",
                      "gpu.simulator.folder",
                      "gpu.simulator.fuse",
                      "gpu.simulator.program",
                      "kit.kubelet.proto..")
                  .map(room -> ROOT + room)
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage(packages("gpu.device", "gpu.allocation"))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.fabric8..",
                  "io.quarkus..",
                  "jakarta..",
                  "java.nio.file..",
                  "java.net..",
                  "java.time..",
                  "java.util.concurrent..",
                  "org.jboss.."))
          .because("a decision has no I/O, no clock and no framework");

  /** A clock that jumps makes no pause longer or shorter. */
  @ArchTest
  static final ArchRule nobodyWaitsByTheClockOnTheWall =
      noClasses()
          .that()
          .resideInAnyPackage(
              packages(
                  "gpu.controller",
                  "gpu.nodeagent",
                  "kit.kubelet",
                  "kit.slices",
                  "gpu.mode",
                  "gpu.sysfs",
                  "kit.files"))
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("pauses are measured by kit.time.SteadyClock or System.nanoTime");

  /** Most texts are somebody else's; {@code ExpressionsTest} tries each expression. */
  @ArchTest
  static final ArchRule expressionsAreForWholeTextsOnly =
      noClasses()
          .that()
          .doNotHaveSimpleName("HarmlessText")
          .should()
          .callMethod(Matcher.class, "find")
          .orShould()
          .callMethod(Matcher.class, "results")
          .orShould()
          .callMethod(Matcher.class, "replaceAll", String.class)
          .orShould()
          .callMethod(String.class, "replaceAll", String.class, String.class)
          .orShould()
          .callMethod(String.class, "replaceFirst", String.class, String.class)
          .because("a search begins anew at each character, which takes quadratic time");

  @ArchTest
  static final ArchRule noCircles = slices().matching(ROOT + "(**)").should().beFreeOfCycles();

  private static Room room(String name) {
    return new Room(name);
  }

  private record Room(String name) {

    /** A room has no others inside; only the generated messages are in several packages. */
    private static String pattern(String room) {
      return ROOT + room + (room.endsWith(".proto") ? ".." : "");
    }

    ArchRule mayUse(String... others) {
      String[] allowed =
          Stream.concat(Stream.of(name), Arrays.stream(others))
              .map(Room::pattern)
              .toArray(String[]::new);
      return noClasses()
          .that()
          .resideInAPackage(pattern(name))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT.substring(0, ROOT.length() - 1) + "..")
                  .and(not(resideInAnyPackage(allowed))))
          .because("the room " + name + " may use " + Arrays.toString(others) + " of ours");
    }
  }

  private static String[] packages(String... rooms) {
    return Arrays.stream(rooms).map(room -> ROOT + room + "..").toArray(String[]::new);
  }
}
