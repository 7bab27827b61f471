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

/**
 * The walls of the house, as docs/develop/architecture.md draws them: which room may know which.
 */
@AnalyzeClasses(
    packages = "com.intel.dra.gpu",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "com.intel.dra.gpu.";

  @ArchTest static final ArchRule device = room("device").mayUse();

  @ArchTest static final ArchRule allocation = room("allocation").mayUse("device");

  @ArchTest static final ArchRule api = room("api").mayUse();

  @ArchTest static final ArchRule claim = room("claim").mayUse("api", "device");

  @ArchTest
  static final ArchRule controller =
      room("controller")
          .mayUse("claim", "allocation", "api", "device", "logs", "metrics", "mode", "time");

  @ArchTest static final ArchRule sysfs = room("sysfs").mayUse("device", "time");

  @ArchTest static final ArchRule files = room("files").mayUse();

  @ArchTest static final ArchRule cdi = room("cdi").mayUse("files");

  @ArchTest static final ArchRule structured = room("structured").mayUse("api", "device");

  @ArchTest static final ArchRule mode = room("mode").mayUse("api", "structured");

  @ArchTest static final ArchRule kubelet = room("kubelet").mayUse();

  @ArchTest static final ArchRule slices = room("slices").mayUse();

  @ArchTest
  static final ArchRule nodeAgent =
      room("nodeagent")
          .mayUse(
              "api",
              "device",
              "sysfs",
              "files",
              "cdi",
              "kubelet",
              "structured",
              "slices",
              "metrics",
              "mode",
              "time");

  @ArchTest static final ArchRule metrics = room("metrics").mayUse();

  /** So that the catalogue has them all. */
  @ArchTest
  static final ArchRule metersAreMadeInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "metrics..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.micrometer..").and(not(equivalentTo(MeterRegistry.class))))
          .because(
              "docs/reference/metrics.md and the dashboards go by the catalogue metrics.Metric");

  @ArchTest static final ArchRule logs = room("logs").mayUse();

  @ArchTest static final ArchRule time = room("time").mayUse();

  @ArchTest
  static final ArchRule selfCheck =
      room("selfcheck")
          .mayUse(
              "nodeagent",
              "api",
              "claim",
              "device",
              "sysfs",
              "files",
              "cdi",
              "kubelet",
              "structured",
              "mode",
              "time");

  @ArchTest static final ArchRule simulator = room("simulator").mayUse("device", "sysfs");

  @ArchTest
  static final ArchRule everyClassIsInARoom =
      classes()
          .that()
          .doNotHaveSimpleName("package-info")
          .should()
          .resideInAnyPackage(
              packages(
                  "device",
                  "allocation",
                  "api",
                  "claim",
                  "controller",
                  "sysfs",
                  "files",
                  "cdi",
                  "kubelet",
                  "metrics",
                  "mode",
                  "slices",
                  "nodeagent",
                  "selfcheck",
                  "structured",
                  "logs",
                  "time",
                  "simulator"));

  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage(packages("device", "allocation"))
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
              packages("controller", "nodeagent", "kubelet", "slices", "mode", "sysfs", "files"))
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("pauses are measured by time.SteadyClock or System.nanoTime");

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
  static final ArchRule noCircles = slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

  private static Room room(String name) {
    return new Room(name);
  }

  private record Room(String name) {

    ArchRule mayUse(String... others) {
      String[] allowed =
          Stream.concat(Stream.of(name), Arrays.stream(others))
              .map(room -> ROOT + room + "..")
              .toArray(String[]::new);
      return noClasses()
          .that()
          .resideInAPackage(ROOT + name + "..")
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
