package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.Decision;
import com.intel.dra.gpu.allocation.Device;
import com.intel.dra.gpu.allocation.DeviceShare;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * Measures the decision about the potential nodes of one pod, on the values that the allocator
 * uses.
 */
public class AllocatorBenchmark extends BusyNodes {

  private final List<Device> devices = new ArrayList<>();
  private final Map<String, List<DeviceShare>> held = new HashMap<>();
  private List<NodeInventory> inventories = List.of();

  /** Makes the nodes, and checks that there is an answer. */
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
    return of.stream()
        .map(node -> Allocator.place(node, requests, Policy.BALANCED, new SearchBudget()))
        .toList();
  }

  /** Decides on existing inventories. */
  @Benchmark
  public List<Decision> decide() {
    return judge(inventories);
  }

  /** Builds the inventories of what is free, and decides on them. */
  @Benchmark
  public List<Decision> takeStockAndDecide() {
    return judge(build());
  }
}
