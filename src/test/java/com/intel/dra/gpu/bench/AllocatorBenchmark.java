package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.Decision;
import com.intel.dra.gpu.allocation.Device;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.DeviceShare;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
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
 * What it takes to judge the potential nodes of one pod: each has 8 GPUs with 16 VFs each, of which
 * 50 claims hold some, and the pod asks for one VF.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AllocatorBenchmark {

  private static final int GPUS = 8;
  private static final int VFS_PER_GPU = 16;
  private static final int GPU_MIB = 14_248;
  private static final int VF_MIB = 864;
  private static final int CLAIMS = 50;

  @Param({"1", "16", "128"})
  public int nodes = 1;

  private final List<Device> devices = new ArrayList<>();
  private final Map<String, List<DeviceShare>> held = new HashMap<>();
  private final List<DeviceRequest> requests =
      List.of(new DeviceRequest("asks", DeviceType.VF, 1, VF_MIB, new DeviceSelector(List.of())));
  private List<NodeInventory> inventories = List.of();

  /** The nodes as they are known, and that the question has an answer. */
  @Setup
  public void nodes() {
    for (int gpu = 0; gpu < GPUS; gpu++) {
      DeviceUid uid = DeviceUid.parse("0000:%02x:00.0-0x56c0".formatted(0x10 + gpu)).orElseThrow();
      devices.add(new Device(uid, GPU_MIB, 31));
      for (int vf = 0; vf < VFS_PER_GPU; vf++) {
        devices.add(new Device(uid.vf(vf), VF_MIB, 0));
      }
    }
    List<Device> vfs = devices.stream().filter(d -> d.type() == DeviceType.VF).toList();
    for (int claim = 0; claim < CLAIMS; claim++) {
      held.put(
          "claim-" + claim,
          List.of(new DeviceShare(vfs.get(claim * 2).uid(), VF_MIB, Optional.empty())));
    }
    inventories = build();
    if (!judge(inventories).stream().allMatch(Placement.class::isInstance)) {
      throw new IllegalStateException("the VF was to be had on every node");
    }
  }

  private List<NodeInventory> build() {
    return IntStream.range(0, nodes)
        .mapToObj(node -> new NodeInventory("node-" + node, devices, held))
        .toList();
  }

  private List<Decision> judge(List<NodeInventory> of) {
    return of.stream().map(node -> Allocator.place(node, requests, Policy.BALANCED)).toList();
  }

  /** The decisions, on inventories that are there. */
  @Benchmark
  public List<Decision> decide() {
    return judge(inventories);
  }

  /** The inventories with what is free, and the decisions. */
  @Benchmark
  public List<Decision> takeStockAndDecide() {
    return judge(build());
  }
}
