package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.TestingObjects.context;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimSchedulingStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulingStatusesTest {

  private static final PodSchedulingContext CONTEXT = context(pod("p"), null, "a", "b", "c");

  private static List<String> listOf(PodSchedulingContext context, String podClaimName) {
    return context.getStatus().getResourceClaims().stream()
        .filter(status -> status.getName().equals(podClaimName))
        .map(ResourceClaimSchedulingStatus::getUnsuitableNodes)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void listsAreSortedAndWithoutDuplicates() {
    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of("gpu", List.of("c", "a", "c", "b")))
            .orElseThrow();

    assertThat(listOf(written, "gpu")).containsExactly("a", "b", "c");
  }

  @Test
  void theSameAnswerInAnotherOrderIsNoWrite() {
    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of("gpu", List.of("c", "a")))
            .orElseThrow();

    assertThat(SchedulingStatuses.withUnsuitableNodes(written, Map.of("gpu", List.of("a", "c"))))
        .isEmpty();
    assertThat(SchedulingStatuses.withUnsuitableNodes(written, Map.of("gpu", List.of("a"))))
        .isPresent();
  }

  @Test
  void thatEveryNodeSuitsIsAnAnswerToo() {
    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of("gpu", List.of())).orElseThrow();

    assertThat(listOf(written, "gpu")).isEmpty();
    assertThat(SchedulingStatuses.withUnsuitableNodes(written, Map.of("gpu", List.of()))).isEmpty();
  }

  @Test
  void nothingToSayIsNoWrite() {
    assertThat(SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of())).isEmpty();
  }

  @Test
  void entriesOfOtherDriversStayAsTheyAre() {
    PodSchedulingContext theirs =
        new PodSchedulingContextBuilder(CONTEXT)
            .withNewStatus()
            .addNewResourceClaim()
            .withName("fpga")
            .withUnsuitableNodes("c", "a")
            .endResourceClaim()
            .addNewResourceClaim()
            .withName("gpu")
            .withUnsuitableNodes("a")
            .endResourceClaim()
            .endStatus()
            .build();

    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(theirs, Map.of("gpu", List.of("b"))).orElseThrow();

    assertThat(written.getStatus().getResourceClaims())
        .extracting(ResourceClaimSchedulingStatus::getName)
        .containsExactly("fpga", "gpu");
    assertThat(listOf(written, "fpga")).containsExactly("c", "a");
    assertThat(listOf(written, "gpu")).containsExactly("b");
  }

  @Test
  void aListIsCutAtTheLimitOfTheApiAndStaysTheSame() {
    List<String> names =
        new ArrayList<>(IntStream.range(0, 200).mapToObj("node%03d"::formatted).toList());
    Collections.reverse(names);
    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of("gpu", names)).orElseThrow();
    Collections.shuffle(names);

    assertThat(listOf(written, "gpu")).hasSize(128).isSorted().contains("node000", "node127");
    assertThat(SchedulingStatuses.withUnsuitableNodes(written, Map.of("gpu", names))).isEmpty();
  }

  /** The scheduler would wait forever for an answer about its selected node. */
  @Test
  void theSelectedNodeIsNotCutOff() {
    List<String> names = IntStream.range(0, 129).mapToObj("node%03d"::formatted).toList();

    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(
                context(pod("p"), "node128", "node000"), Map.of("gpu", names))
            .orElseThrow();

    assertThat(listOf(written, "gpu")).hasSize(128).isSorted().contains("node128");
  }

  @Test
  void whatWasToldBeforeIsKnownByClaim() {
    PodSchedulingContext told =
        SchedulingStatuses.withUnsuitableNodes(
                CONTEXT, Map.of("gpu", List.of("x", "a"), "other", List.of("y")))
            .orElseThrow();

    assertThat(SchedulingStatuses.unsuitableBefore(told, List.of("gpu")))
        .containsExactlyInAnyOrder("a", "x");
    assertThat(SchedulingStatuses.unsuitableBefore(CONTEXT, List.of("gpu"))).isEmpty();
  }

  @Test
  void potentialNodesStayWhenTheListIsCutAtTheLimit() {
    var nodes = new ArrayList<>(IntStream.range(0, 200).mapToObj(i -> "A-" + i).toList());
    nodes.addAll(List.of("a", "b", "c"));

    PodSchedulingContext written =
        SchedulingStatuses.withUnsuitableNodes(CONTEXT, Map.of("gpu", nodes)).orElseThrow();

    assertThat(listOf(written, "gpu"))
        .hasSize(SchedulingStatuses.MAX_UNSUITABLE_NODES)
        .contains("a", "b", "c");
  }
}
