package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Decides which VFs of a GPU readers should see at this moment, and makes and removes their device
 * nodes. Callers hold the monitor of {@link KernelGpus}.
 */
record VisibleVfs(KernelGpus gpus, SleepingClock clock, DrmDevices devices, Consumer<String> log) {

  /**
   * The VFs that should be visible now, with device nodes for those that should have some. A VF
   * that needs nothing new is returned unchanged.
   */
  List<VisibleVf> due(KernelPf pf) {
    PfState state = pf.state();
    if (state.numVfs() == 0) {
      return pf.vfs();
    }
    boolean drmIsDue = clock.nanoTime() - drmDueAt(pf) >= 0 && state.autoprobe();
    List<VisibleVf> seen = new ArrayList<>();
    Map<Integer, VisibleVf> before =
        pf.vfs().stream().collect(Collectors.toMap(VisibleVf::number, vf -> vf));
    for (int number = 1; number <= state.numVfs(); number++) {
      VisibleVf vf = before.get(number);
      if (vf == null && !pf.faults().isMissing(number)) {
        PciAddress address = VfAddresses.of(pf.address(), number).orElseThrow();
        vf = new VisibleVf(number, address, state.autoprobe(), OptionalInt.empty());
      }
      if (vf == null) {
        continue;
      }
      boolean wanted = vf.bound() && drmIsDue && !pf.faults().isWithoutDrm(number);
      seen.add(vf.cardIndex().isEmpty() && wanted ? withNodes(pf, seen, vf) : vf);
    }
    return List.copyOf(seen);
  }

  /**
   * The time at which the DRM nodes of a PF's VFs will appear; empty if they exist or the time has
   * passed.
   */
  OptionalLong lateDrm(KernelPf pf) {
    return pf.isSettled() || clock.nanoTime() - drmDueAt(pf) >= 0
        ? OptionalLong.empty()
        : OptionalLong.of(drmDueAt(pf));
  }

  private static long drmDueAt(KernelPf pf) {
    return pf.enabledAt() + pf.faults().drmDelay().toNanos();
  }

  /**
   * Gives the VF a card. If no number is free or no node can be made, the VF stays without one, as
   * if its driver did not start.
   */
  private VisibleVf withNodes(KernelPf pf, List<VisibleVf> newOnes, VisibleVf vf) {
    OptionalInt card = gpus.lowestFreeCard(newOnes);
    if (card.isEmpty()) {
      return vf;
    }
    try {
      devices.make(pf.placement(vf, card.getAsInt()));
      return vf.withCard(card.getAsInt());
    } catch (IOException e) {
      log.accept("%s gets no device nodes: %s".formatted(vf.address(), e));
      return vf;
    }
  }

  /** Removes the device nodes of VFs that readers no longer see. */
  void removeNodes(KernelPf pf, List<VisibleVf> vfs) {
    for (VisibleVf vf : vfs) {
      vf.cardIndex()
          .ifPresent(
              card -> {
                try {
                  devices.remove(pf.placement(vf, card));
                } catch (IOException e) {
                  log.accept(
                      "the device nodes of %s could not be removed: %s".formatted(vf.address(), e));
                }
              });
    }
  }
}
