package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.EventReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The packages on the architecture page are consistent; ArchitectureTest compares them with the
 * code.
 */
class PackageTableTest {

  /**
   * For example {@code VfHosts}, {@code nodeagent.vfs.VfProbe} and {@code Allocator.MAX_REQUESTS}.
   */
  private static final Pattern CLASS =
      Pattern.compile("`((?:[a-z]+\\.)*[A-Z][a-z]\\w+)(?:\\.\\w+)?`");

  private static final Set<String> REASONS_OF_EVENTS =
      Arrays.stream(EventReason.values()).map(EventReason::word).collect(Collectors.toSet());

  private final List<PackageTable.Row> rows = PackageTable.rows();

  @Test
  void eachPackageIsThereOnceAndUsesPackagesOfTheTable() {
    Set<String> names = rows.stream().map(PackageTable.Row::name).collect(Collectors.toSet());
    assertThat(names).isNotEmpty().hasSameSizeAs(rows);
    assertThat(rows).allSatisfy(row -> assertThat(names).containsAll(row.mayUse()));
  }

  @Test
  void thereAreNoCircles() {
    var below = new HashSet<String>();
    List<PackageTable.Row> left = new ArrayList<>(rows);
    while (left.removeIf(row -> below.containsAll(row.mayUse()) && below.add(row.name()))) {
      // each pass removes the packages that use only packages of earlier passes
    }
    assertThat(left).isEmpty();
  }

  @Test
  void theKitKnowsTheKitAlone() {
    assertThat(rows)
        .filteredOn(row -> row.name().startsWith("kit."))
        .allSatisfy(row -> assertThat(row.mayUse()).allMatch(used -> used.startsWith("kit.")));
  }

  /**
   * Checks that the classes that the page and the decisions name exist, in the named package if
   * there is one.
   */
  @Test
  void classesThatAreNamedAreThere() {
    Path sources = Path.of("src/main/java");
    Set<String> all =
        Stream.of(sources, Path.of("src/test/java"))
            .flatMap(folder -> Documents.files(folder).stream())
            .map(file -> "." + file.toString().replace(".java", "").replace('/', '.'))
            .collect(Collectors.toSet());
    var missing = new ArrayList<String>();
    for (Path page : pagesThatNameClasses()) {
      CLASS
          .matcher(String.join("\n", Documents.prose(page)))
          .results()
          .map(match -> match.group(1))
          .filter(name -> !REASONS_OF_EVENTS.contains(name))
          .filter(name -> all.stream().noneMatch(file -> file.endsWith("." + name)))
          .forEach(name -> missing.add(page + ": " + name));
    }
    assertThat(missing).isEmpty();
  }

  private static List<Path> pagesThatNameClasses() {
    var pages = new ArrayList<>(Documents.files(Path.of("docs/decisions")));
    pages.add(PackageTable.PAGE);
    return pages;
  }
}
