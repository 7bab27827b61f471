package com.intel.dra.gpu.controller.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.TestingObjects;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.TestingNode;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LostDevicesTest {

  private static final String GPU = "0000:01:00.0-0x56c0";
  private static final String VF = "0000:01:00.0-0x56c0-vf0";

  private final FakeCluster cluster = new FakeCluster();
  private final TestingNode testingNode = new TestingNode(cluster, "node0", List.of(1000));

  private GpuAllocationState node(boolean withItsGpu, String status) {
    var node = new GpuAllocationState();
    node.setSpec(
        new GpuAllocationStateSpec(
            withItsGpu
                ? Map.of(GPU, testingNode.allocatable().values().iterator().next())
                : Map.of(),
            Map.of(),
            Map.of()));
    node.setStatus(status);
    return node;
  }

  private static ResourceClaim holding(AllocatedDevice device) {
    return Claims.allocated(
        TestingObjects.claim("c"),
        AllocationResults.of("node0", List.of(device)),
        Optional.empty());
  }

  private static final ResourceClaim OF_THE_GPU =
      holding(new AllocatedDevice(100, "", "", "gpu", GPU));
  private static final ResourceClaim OF_A_VF =
      holding(new AllocatedDevice(100, GPU, "any", "vf", VF));

  @Test
  void claimsOfAGpuThatIsNotOfferedAnyMoreAreFound() {
    assertThat(LostDevices.of(node(false, "Ready"), List.of(OF_THE_GPU, OF_A_VF)))
        .containsExactly(
            new LostDevices(OF_THE_GPU, List.of(GPU)), new LostDevices(OF_A_VF, List.of(GPU)));
  }

  @Test
  void vfsThatAreYetToBeMadeAreNotLost() {
    assertThat(LostDevices.of(node(true, "Ready"), List.of(OF_THE_GPU, OF_A_VF))).isEmpty();
  }

  @Test
  void ofANodeWhoseAgentDoesNotRunNothingIsKnown() {
    assertThat(LostDevices.of(node(false, "NotReady"), List.of(OF_THE_GPU))).isEmpty();
  }
}
