package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The packages that the architecture page tells of make sense; ArchitectureTest compares the code.
 */
class PackageTableTest {

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
      // one floor more
    }
    assertThat(left).isEmpty();
  }

  @Test
  void theKitKnowsTheKitAlone() {
    assertThat(rows)
        .filteredOn(row -> row.name().startsWith("kit."))
        .allSatisfy(row -> assertThat(row.mayUse()).allMatch(used -> used.startsWith("kit.")));
  }
}
