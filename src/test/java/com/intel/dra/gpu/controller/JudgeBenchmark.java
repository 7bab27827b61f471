package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to answer the scheduler about all potential nodes of a pod, from their records as
 * the API server has them: each has 8 GPUs with 16 VFs each, of which 50 claims hold some, and the
 * pod asks for one VF. One node's record has changed since the last pod asked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class JudgeBenchmark {

  private static final int GPUS = 8;
  private static final int VFS_PER_GPU = 16;
  private static final int GPU_MIB = 14_248;
  private static final int VF_MIB = 864;
  private static final int CLAIMS = 50;

  @Param({"1", "16", "128"})
  public int nodes = 1;

  private final Judge judge = new Judge(Policy.BALANCED);
  private final List<DeviceRequest> requests =
      List.of(new DeviceRequest("asks", DeviceType.VF, 1, VF_MIB, new DeviceSelector(List.of())));
  private GpuAllocationState[] records = {};
  private int asked;

  /** The records, and that the question has an answer. */
  @Setup
  public void records() {
    records =
        IntStream.range(0, nodes)
            .mapToObj(JudgeBenchmark::record)
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
        .mapToObj(node -> judge.judge(Optional.of(NodeState.of(records[node], Map.of())), requests))
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
