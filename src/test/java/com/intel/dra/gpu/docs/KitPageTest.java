package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/develop/kit.md says of the kit and of the example driver. */
class KitPageTest {

  private static final Path PAGE = Path.of("docs/develop/kit.md");
  private static final Path EXAMPLE = Path.of("src/test/java/com/intel/dra/example");
  private static final List<Path> SOURCES =
      Stream.of("ExampleDriver.java", "ExampleDevices.java", "ExamplePreparer.java")
          .map(EXAMPLE::resolve)
          .toList();

  private static final int MOST_WORDS = 1_200;

  /** Without imports. */
  private static final int MOST_LINES = 300;

  private static final Pattern PACKAGE = Pattern.compile("`([a-z0-9.]+)`");

  @Test
  void itsCodeStandsInTheExample() {
    List<Documents.Block> quoted =
        Documents.blocks(PAGE).stream().filter(block -> block.language().equals("java")).toList();

    assertThat(quoted).isNotEmpty();
    assertThat(quoted)
        .allSatisfy(
            block ->
                assertThat(SOURCES)
                    .as(block.toString())
                    .anySatisfy(
                        source ->
                            assertThat(String.join("\n", Documents.lines(source)))
                                .contains(String.join("\n", block.lines()))));
    assertThat(SOURCES)
        .allSatisfy(
            source ->
                assertThat(quoted)
                    .as("quotes of " + source)
                    .anyMatch(block -> Documents.lines(source).containsAll(block.lines())));
  }

  @Test
  void thePageAndTheExampleAreShort() {
    assertThat(Documents.words(PAGE)).isLessThanOrEqualTo(MOST_WORDS);
    assertThat(
            SOURCES.stream()
                .flatMap(source -> Documents.lines(source).stream())
                .filter(line -> !line.startsWith("import "))
                .count())
        .isLessThan(MOST_LINES);
  }

  /** Another driver has to declare them. */
  @Test
  void theKitUsesThePackagesThatThePageNames() {
    Set<String> named = packagesInTheTable();
    assertThat(named).isNotEmpty();
    Set<String> used =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("com.intel.dra.kit")
                .stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(type -> !type.isPrimitive())
                .map(JavaClass::getPackageName)
                .filter(name -> !isOfTheJdk(name) && !isWithin(name, "com.intel.dra.kit"))
                .map(
                    name ->
                        named.stream()
                            .filter(above -> isWithin(name, above))
                            .findFirst()
                            .orElse(name))
                .collect(Collectors.toCollection(TreeSet::new));
    assertThat(used).isEqualTo(named);
  }

  private static boolean isOfTheJdk(String name) {
    return isWithin(name, "java") || isWithin(name, "javax.net");
  }

  private static boolean isWithin(String name, String above) {
    return name.equals(above) || name.startsWith(above + ".");
  }

  private static Set<String> packagesInTheTable() {
    var packages = new TreeSet<String>();
    boolean libraries = false;
    for (String line : Documents.prose(PAGE)) {
      List<String> cells = Documents.cells(line);
      libraries = !cells.isEmpty() && (libraries || cells.getFirst().equals("library"));
      if (libraries) {
        PACKAGE.matcher(cells.get(1)).results().forEach(found -> packages.add(found.group(1)));
      }
    }
    return packages;
  }
}
