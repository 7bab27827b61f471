package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.TestingObjects.device;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResultBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationResultsTest {

  @Test
  void aResultSaysWhatItWasMadeOfAlsoAfterTheWayThroughTheApiServer() {
    var devices = List.of(device(1, 512), device(2, 512));

    AllocationResult result =
        Serialization.unmarshal(
            Serialization.asJson(AllocationResults.of("node1", devices)), AllocationResult.class);

    assertThat(AllocationResults.node(result)).contains("node1");
    assertThat(AllocationResults.devices(result)).isEqualTo(devices);
    assertThat(result.getShareable()).isTrue();
  }

  @Test
  void theClaimCanBeUsedOnThatNodeAlone() {
    assertThat(AllocationResults.of("node1", List.of(device(1, 0))).getAvailableOnNodes())
        .isEqualTo(
            new NodeSelectorBuilder()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues("node1")
                .endMatchField()
                .endNodeSelectorTerm()
                .build());
  }

  @Test
  void aResultOfTheGoDriverNamesANodeAndNoDevices() {
    AllocationResult theirs =
        new AllocationResultBuilder(AllocationResults.of("node1", List.of()))
            .withResourceHandles()
            .build();

    assertThat(AllocationResults.node(theirs)).contains("node1");
    assertThat(AllocationResults.devices(theirs)).isEmpty();
  }

  @Test
  void handlesOfOtherDriversAndHandlesThatNobodyCanReadAreLeftOut() {
    AllocationResult mixed =
        new AllocationResultBuilder(AllocationResults.of("node1", List.of(device(1, 8))))
            .addNewResourceHandle()
            .withDriverName("other.example.com")
            .withData("theirs")
            .endResourceHandle()
            .addNewResourceHandle()
            .withDriverName("gpu.dra.intel.com")
            .withData("not JSON")
            .endResourceHandle()
            .addNewResourceHandle()
            .withDriverName("gpu.dra.intel.com")
            .endResourceHandle()
            .build();

    assertThat(AllocationResults.devices(mixed)).containsExactly(device(1, 8));
  }

  @Test
  void aResultForAllNodesOrByLabelsNamesNoNode() {
    AllocationResult everywhere =
        new AllocationResultBuilder(AllocationResults.of("node1", List.of()))
            .withAvailableOnNodes(null)
            .build();
    AllocationResult byLabel =
        new AllocationResultBuilder(everywhere)
            .withAvailableOnNodes(
                new NodeSelectorBuilder()
                    .addNewNodeSelectorTerm()
                    .addNewMatchExpression()
                    .withKey("zone")
                    .withOperator("In")
                    .withValues("a")
                    .endMatchExpression()
                    .endNodeSelectorTerm()
                    .build())
            .build();

    assertThat(AllocationResults.node(everywhere)).isEmpty();
    assertThat(AllocationResults.node(byLabel)).isEmpty();
  }
}
