package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Adds and removes GPUs, and sets their faults. The device nodes exist whenever the tree shows
 * them: they are made before and removed after. Callers hold the monitor of {@link KernelGpus}.
 */
record GpuSwitch(KernelGpus gpus, VisibleVfs visible, DrmDevices devices, Consumer<String> log) {

  /**
   * @throws IOException if a device node cannot be made, or no card number is free
   */
  TopologyChange apply(Topology topology) throws IOException {
    List<PlacedGpu> vanished = new ArrayList<>();
    for (KernelPf pf : gpus.all()) {
      if (!topology.gpus().contains(pf.placed().gpu())) {
        vanished.add(pf.placed());
        remove(pf);
      }
    }
    List<PlacedGpu> appeared = new ArrayList<>();
    for (SimulatedGpu gpu : topology.gpus()) {
      if (gpus.at(gpu.address()).isEmpty()) {
        appeared.add(add(gpu));
      }
    }
    for (KernelPf pf : gpus.all()) {
      pf.faults().set(topology.faults().getOrDefault(pf.address(), List.of()));
      setSurvivability(pf, pf.faults().survivability());
    }
    gpus.publish();
    return new TopologyChange(vanished, appeared);
  }

  private void remove(KernelPf pf) throws IOException {
    gpus.remove(pf);
    gpus.publish();
    visible.removeNodes(pf, pf.vfs());
    if (pf.hasDrm()) {
      devices.remove(pf.placed().placement());
    }
  }

  private PlacedGpu add(SimulatedGpu gpu) throws IOException {
    int card =
        gpus.lowestFreeCard(List.of())
            .orElseThrow(
                () ->
                    new IOException(
                        "no card number is free for %s: there are %d cards, VFs included"
                            .formatted(gpu.address(), KernelGpus.CARDS)));
    PlacedGpu placed = new PlacedGpu(gpu, card);
    devices.make(placed.placement());
    gpus.add(placed);
    return placed;
  }

  private void setSurvivability(KernelPf pf, Optional<Fault.Survivability.Type> now)
      throws IOException {
    Optional<Fault.Survivability.Type> before = pf.survivability();
    if (now.equals(before)) {
      return;
    }
    boolean hadDrm = pf.hasDrm();
    pf.setSurvivability(now);
    boolean hasDrm = pf.hasDrm();
    if (hasDrm && !hadDrm) {
      try {
        devices.make(pf.placed().placement());
      } catch (IOException e) {
        pf.setSurvivability(before);
        throw e;
      }
    }
    gpus.publish();
    if (hadDrm && !hasDrm) {
      devices.remove(pf.placed().placement());
    }
    log.accept(
        "%s: %s"
            .formatted(
                pf.address(),
                now.map(type -> "survivability mode, type " + type.word())
                    .orElse("no survivability mode any more")));
  }
}
