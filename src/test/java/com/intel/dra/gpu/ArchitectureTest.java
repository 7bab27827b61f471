package com.intel.dra.gpu;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import com.intel.dra.gpu.docs.Documents;
import com.intel.dra.gpu.docs.PackageTable;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which package may use which, according to docs/develop/architecture.md, and what no package may
 * do.
 */
@AnalyzeClasses(packages = "com.intel.dra", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "com.intel.dra.";

  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-z0-9.]+);$");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?(com\\.intel\\.dra(?:\\.[a-z0-9]+)+)\\.[A-Z]");

  /** The table names exactly the packages that are used, so that it stays readable. */
  @ArchTest
  static void packagesUseThoseThatTheTableNames(JavaClasses classes) {
    Map<String, SortedSet<String>> used = usedPackages(classes);
    assertSoftly(
        softly ->
            PackageTable.rows()
                .forEach(
                    row ->
                        softly
                            .assertThat(used.getOrDefault(row.name(), new TreeSet<>()))
                            .as("packages that %s uses, and the table names", row.name())
                            .isEqualTo(row.mayUse())));
  }

  @ArchTest
  static void everyPackageIsInTheTable(JavaClasses classes) {
    assertThat(
            classes.stream()
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(type -> inTable(type.getPackageName()))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet()))
        .isEqualTo(
            PackageTable.rows().stream().map(PackageTable.Row::name).collect(Collectors.toSet()));
  }

  private static Map<String, SortedSet<String>> usedPackages(JavaClasses classes) {
    var used = new TreeMap<String, SortedSet<String>>();
    for (JavaClass type : classes) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass other = dependency.getTargetClass().getBaseComponentType();
        addUse(used, type.getPackageName(), other.getPackageName());
      }
    }
    for (Path file :
        Documents.files(Path.of("src/main/java"))) { // constants are not in the class files
      String text = read(file);
      var declared = PACKAGE.matcher(text);
      if (declared.find()) {
        IMPORT
            .matcher(text)
            .results()
            .forEach(imported -> addUse(used, declared.group(1), imported.group(1)));
      }
    }
    return used;
  }

  private static void addUse(Map<String, SortedSet<String>> used, String one, String other) {
    Optional<String> from = inTable(one);
    Optional<String> to = inTable(other);
    if (from.isPresent() && to.isPresent() && !from.equals(to)) {
      used.computeIfAbsent(from.get(), any -> new TreeSet<>()).add(to.get());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the table's name of a Java package; empty for packages of other projects. */
  private static Optional<String> inTable(String name) {
    if (name.startsWith(ROOT + "kit.kubelet.proto")) {
      return Optional.of("kit.kubelet.server"); // generated; no other package uses it
    }
    return Stream.of(ROOT + "gpu.", ROOT)
        .filter(name::startsWith)
        .map(root -> name.substring(root.length()))
        .findFirst();
  }

  @ArchTest
  static final ArchRule theKitKnowsNothingOfTheDriver =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "kit..")
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "gpu.."))
          .because("another driver can use it");

  /** In one place, so that the catalogue of metrics is complete. */
  @ArchTest
  static final ArchRule metersAreMadeInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "gpu.metrics..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.micrometer..").and(not(equivalentTo(MeterRegistry.class))))
          .because(
              "docs/reference/metrics.md and the dashboards go by the catalogue metrics.Metric");

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

  /** A clock that jumps must not change the length of a pause. */
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

  /** Most texts come from outside the driver; {@code ExpressionsTest} tries each expression. */
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

  private static String[] packages(String... rooms) {
    return Arrays.stream(rooms).map(room -> ROOT + room + "..").toArray(String[]::new);
  }
}
