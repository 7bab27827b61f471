package com.intel.dra.gpu;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import com.intel.dra.gpu.docs.Documents;
import com.intel.dra.gpu.docs.PackageTable;
import com.intel.dra.gpu.mode.DraMode;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.FieldAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
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

  /** Constants are not in the class files, but the table knows their imports. */
  @ArchTest
  static void theTableLetsTheKitUseTheKitOnly(JavaClasses classes) {
    assertSoftly(
        softly ->
            PackageTable.rows().stream()
                .filter(row -> row.name().startsWith("kit."))
                .forEach(
                    row ->
                        softly
                            .assertThat(row.mayUse())
                            .as("packages that %s uses", row.name())
                            .allMatch(name -> name.startsWith("kit."))));
  }

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

  /** Paths are values, and the copies of API objects that Serialization makes are, too. */
  @ArchTest
  static void pureMeansNeitherClockNorInputNorOutputNorFramework(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAnyPackage(pure().toArray(String[]::new))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    ROOT + "kit.time..",
                    "io.fabric8.kubernetes.client..",
                    "io.grpc..",
                    "io.javaoperatorsdk..",
                    "io.micrometer..",
                    "io.quarkus..",
                    "io.smallrye..",
                    "jakarta..",
                    "java.io..",
                    "java.net..",
                    "java.nio.channels..",
                    "java.nio.file..",
                    "java.util.concurrent..",
                    "org.eclipse.microprofile..",
                    "org.jboss..")
                .and(not(equivalentTo(Path.class)))
                .and(not(equivalentTo(Serialization.class))))
        .orShould()
        .dependOnClassesThat(assignableTo(InstantSource.class))
        .because("a decision depends only on what is handed in")
        .check(classes);
  }

  /** The exact list of those that are not in kit.time or in an application's own package. */
  @ArchTest
  static void theTimeIsAskedForInOnePlace(JavaClasses classes) {
    assertThat(
            usersOf(ArchitectureTest::asksForTheTimeOrSleeps, classes)
                .filter(name -> !name.startsWith(ROOT + "kit.time."))
                .filter(name -> !name.matches(".*\\.app\\.[A-Za-z]+")))
        .as("classes that ask the system for the time, or sleep")
        .containsExactlyInAnyOrder(
            // before anything is started; nothing else waits meanwhile
            ROOT + "gpu.mode.DraModeChoice",
            // the times of files, which processes that read them compare with the node's clock
            ROOT + "gpu.simulator.fuse.FuseSession",
            ROOT + "kit.kubelet.server.ClaimCalls",
            ROOT + "kit.kubelet.server.InstanceLock");
  }

  /** A clock that jumps must not change the length of a pause. */
  @ArchTest
  static final ArchRule nobodyWaitsByTheClockOnTheWall =
      noClasses()
          .that()
          .resideInAnyPackage("..app..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("pauses are measured by kit.time.SteadyClock");

  private static boolean asksForTheTimeOrSleeps(AccessTarget target) {
    String type = target.getOwner().getName();
    String member = target.getName();
    return switch (type) {
      case "java.lang.System" -> member.equals("nanoTime") || member.equals("currentTimeMillis");
      case "java.lang.Thread", "java.util.concurrent.TimeUnit" -> member.equals("sleep");
      case "java.util.concurrent.locks.LockSupport" -> member.startsWith("park");
      case "java.util.Date" -> member.equals("<init>");
      case "java.time.Clock", "java.time.InstantSource" ->
          member.startsWith("system") || member.startsWith("tick");
      default -> type.startsWith("java.time.") && member.equals("now");
    };
  }

  /** The exact list of those that know both kinds of DRA; all others are handed what they need. */
  @ArchTest
  static void fewTellClassicFromStructured(JavaClasses classes) {
    assertThat(
            usersOf(
                    target ->
                        target instanceof FieldAccessTarget
                            && target.getOwner().isEquivalentTo(DraMode.class)
                            && target.getName().matches("[A-Z]+"),
                    classes)
                .filter(name -> !name.startsWith(ROOT + "gpu.mode."))
                .filter(name -> !name.matches(".*\\.app\\.[A-Za-z]+")))
        .as("classes that tell classic DRA from structured DRA")
        .containsExactlyInAnyOrder(
            ROOT + "gpu.nodeagent.config.AgentConfig", // what the kubelet is told of the plugin
            ROOT + "gpu.nodeagent.life.LeaseStatus", // whether somebody reads the Lease
            ROOT + "gpu.nodeagent.prepare.ModePreparation", // which preparation answers
            ROOT + "gpu.nodeagent.publish.DesiredGas", // whether the agent writes allocations
            ROOT + "gpu.selfcheck.compare.ClaimComparison",
            ROOT + "gpu.selfcheck.look.ApiServerProbe");
  }

  /** The exact list of those that do not lock by kit.files. */
  @ArchTest
  static void filesAreLockedInOnePlace(JavaClasses classes) {
    assertThat(
            usersOf(
                target ->
                    target.getOwner().isEquivalentTo(FileChannel.class)
                        && (target.getName().equals("lock") || target.getName().equals("tryLock")),
                classes))
        .as("classes that lock files")
        .containsExactlyInAnyOrder(
            ROOT + "kit.files.FileLocks",
            ROOT + "kit.kubelet.server.InstanceLock",
            ROOT + "gpu.simulator.folder.RootFolder");
  }

  /**
   * Returns the names of the classes that use such a method, constructor or field, also by a
   * reference to it; nested classes count as those around them.
   */
  private static Stream<String> usersOf(Predicate<AccessTarget> targets, JavaClasses classes) {
    return classes.stream()
        .filter(
            type ->
                type.getAccessesFromSelf().stream()
                    .anyMatch(access -> targets.test(access.getTarget())))
        .map(type -> type.getName().split("\\$", 2)[0])
        .distinct();
  }

  /** Two instances side by side, and two tests, must not see each other's state. */
  @ArchTest
  static void neitherTheKitNorDecisionsKeepStateInStatics(JavaClasses classes) {
    DescribedPredicate<JavaClass> places =
        resideInAnyPackage(
                Stream.concat(pure().stream(), Stream.of(packages("gpu.device", "kit")))
                    .toArray(String[]::new))
            .and(not(resideInAPackage(ROOT + "kit.kubelet.proto.."))); // generated
    assertThat(
            classes.stream()
                .filter(places)
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(field -> !isConstant(field))
                .map(JavaField::getFullName))
        .as("static fields that can change, or whose value can")
        .isEmpty();
  }

  private static boolean isConstant(JavaField field) {
    if (!field.getModifiers().contains(JavaModifier.FINAL)) {
      return false;
    }
    try {
      Field constant = field.reflect();
      constant.setAccessible(true);
      Object value = constant.get(null);
      return value == null || cannotChange(value);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean cannotChange(Object value) {
    return switch (value) {
      case Collection<?> collection ->
          refuses(() -> collection.remove(new Object()))
              && collection.stream().allMatch(ArchitectureTest::cannotChange);
      case Map<?, ?> map ->
          refuses(() -> map.remove(new Object()))
              && map.values().stream().allMatch(ArchitectureTest::cannotChange);
      default ->
          !value.getClass().isArray()
              && !value.getClass().getPackageName().startsWith("java.util.concurrent");
    };
  }

  private static boolean refuses(Runnable change) {
    try {
      change.run();
      return false;
    } catch (UnsupportedOperationException e) {
      return true;
    } catch (ClassCastException e) {
      return false; // an ordered collection
    }
  }

  /** Returns the packages that the table calls pure. */
  private static Set<String> pure() {
    Set<String> pure =
        PackageTable.rows().stream()
            .filter(row -> row.purpose().startsWith("pure: "))
            .map(row -> row.javaName() + "..")
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(pure).as("packages that the table calls pure").hasSizeGreaterThan(4);
    return pure;
  }

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
