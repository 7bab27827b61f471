package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.bench.BusyNodes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * Measures the answer to the scheduler about all potential nodes of a pod, computed from their
 * records as read from the API server. One node's record has changed since the last pod.
 */
public class NodeSuitabilityBenchmark extends BusyNodes {

  private final NodeSuitability suitability = new NodeSuitability(Policy.BALANCED);
  private GpuAllocationState[] records = {};
  private int asked;

  /** Makes the records, and checks that there is an answer. */
  @Setup
  public void records() {
    records =
        IntStream.range(0, nodes)
            .mapToObj(NodeSuitabilityBenchmark::record)
            .toArray(GpuAllocationState[]::new);
    if (!judgeAll().stream().allMatch(NodeAnswer.Suitable.class::isInstance)) {
      throw new IllegalStateException("the VF was to be had on every node");
    }
  }

  private static GpuAllocationState record(int node) {
    var allocatable = new HashMap<String, AllocatableDevice>();
    var allocations = new HashMap<String, ClaimAllocation>();
    for (int gpu = 0; gpu < GPUS; gpu++) {
      String uid = "0000:%02x:00.0-0x56c0".formatted(0x10 + gpu);
      allocatable.put(uid, new AllocatableDevice(31, GPU_MIB, "0x56c0", "", "gpu", uid));
      for (int vf = 0; vf < VFS_PER_GPU; vf++) {
        String vfUid = uid + "-vf" + vf;
        allocatable.put(vfUid, new AllocatableDevice(0, VF_MIB, "0x56c0", uid, "vf", vfUid));
        int index = gpu * VFS_PER_GPU + vf;
        if (index % 2 == 0 && index / 2 < CLAIMS) {
          allocations.put(
              "claim-" + index / 2,
              new ClaimAllocation(
                  List.of(new AllocatedDevice(VF_MIB, uid, "", "vf", vfUid)), "pod"));
        }
      }
    }
    var gas = new GpuAllocationState();
    gas.setMetadata(new ObjectMetaBuilder().withName("node-" + node).build());
    gas.setStatus(GpuAllocationState.READY);
    gas.setSpec(new GpuAllocationStateSpec(allocatable, Map.of(), allocations));
    return gas;
  }

  private List<NodeAnswer> judgeAll() {
    return IntStream.range(0, nodes)
        .mapToObj(
            node -> suitability.judge(Optional.of(NodeState.of(records[node], Map.of())), requests))
        .toList();
  }

  @Benchmark
  public List<NodeAnswer> answerAfterOneNodeHasChanged() {
    int changed = asked++ % nodes;
    var gas = new GpuAllocationState();
    gas.setMetadata(records[changed].getMetadata());
    gas.setStatus(GpuAllocationState.READY);
    gas.setSpec(records[changed].getSpec());
    records[changed] = gas;
    return judgeAll();
  }
}
