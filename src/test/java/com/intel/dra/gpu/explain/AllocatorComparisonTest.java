package com.intel.dra.gpu.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The explainer finds what the allocator of Kubernetes' scheduler finds. Its answers are recorded
 * in src/test/resources/explain-allocator, whose README says how.
 */
class AllocatorComparisonTest {

  private static final Path ANSWERS = Path.of("src/test/resources/explain-allocator/answers.txt");

  @Test
  void eachNodeFitsOrNotAsTheAllocatorSaysAndWithTheSameDevices() throws IOException {
    List<String> expected = Files.readAllLines(ANSWERS);
    var seeds = new LinkedHashSet<Long>();
    expected.forEach(line -> seeds.add(Long.parseLong(line.split(" ")[0])));
    assertThat(seeds).hasSizeGreaterThan(100);

    var found = new ArrayList<String>();
    var explainer = new Explainer();
    for (long seed : seeds) {
      var cluster = RandomCluster.of(seed);
      for (NodeAnswer answer : explainer.explain(cluster.view(), cluster.pod()).nodes()) {
        found.add("%d %s %s".formatted(seed, answer.node(), asTheAllocator(answer)));
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String asTheAllocator(NodeAnswer answer) {
    return switch (answer) {
      case NodeAnswer.Fits fits ->
          "fits "
              + fits.devices().stream()
                  .map(
                      placed ->
                          "%s:%s=%s"
                              .formatted(
                                  placed.claim().replaceFirst("^default/", ""),
                                  placed.request(),
                                  placed.device()))
                  .toList();
      case NodeAnswer.DoesNotFit _ -> "none";
      case NodeAnswer.Fails _ -> "error";
      case NodeAnswer.OfPlugin plugin -> plugin.toString();
      case NodeAnswer.Excluded _ -> "excluded";
      case NodeAnswer.Unknown unknown -> "unknown: " + unknown.why();
    };
  }
}
