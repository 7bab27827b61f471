package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.kit.time.SleepingClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Enables and disables the VFs of GPUs with the kernel's delays, and later shows or removes the VFs
 * that a fault has held back.
 */
final class VfSwitch {

  /** The delay in drivers/pci/iov.c before VFs are added. */
  static final Duration ENABLING = Duration.ofMillis(100);

  /** The delay in drivers/pci/iov.c after VFs were removed. */
  static final Duration DISABLING = Duration.ofSeconds(1);

  private final KernelGpus gpus;
  private final VisibleVfs visible;
  private final SleepingClock clock;
  private final Consumer<String> log;
  private OptionalLong nextCatchUp = OptionalLong.empty();

  VfSwitch(KernelGpus gpus, VisibleVfs visible, SleepingClock clock, Consumer<String> log) {
    this.gpus = gpus;
    this.visible = visible;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Makes VFs. The caller holds the device lock of the PF.
   *
   * @param next the state of the PF when the VFs exist
   */
  Answer enable(PfWrite write, PfState next) throws InterruptedException {
    KernelPf pf = write.pf();
    for (int number = 1; number <= next.numVfs(); number++) {
      Optional<PciAddress> vf = VfAddresses.of(pf.address(), number);
      if (vf.isEmpty()) {
        return write.refused(Errno.ENOMEM, "there is no bus for VF " + number);
      }
      if (gpus.isTaken(vf.get())) {
        return write.refused(Errno.EEXIST, "another function is at " + vf.get());
      }
    }
    clock.sleep(ENABLING);
    synchronized (gpus) {
      if (!gpus.contains(pf)) {
        return new Answer.Refused(Errno.ENODEV);
      }
      pf.setState(next);
      pf.setEnabledAt(clock.nanoTime());
      pf.setVfs(visible.due(pf));
      gpus.publish();
      nextCatchUp = OptionalLong.of(pf.enabledAt());
    }
    return write.done("%d VFs enabled".formatted(next.numVfs()));
  }

  /**
   * Removes all VFs. The caller holds the device lock of the PF.
   *
   * @param next the state of the PF when the VFs are gone
   */
  Answer disable(PfWrite write, PfState next) throws InterruptedException {
    KernelPf pf = write.pf();
    boolean stay;
    synchronized (gpus) {
      stay = pf.faults().vfsStay();
      pf.setChangingVfs(true);
      if (!stay) {
        removeVfs(pf);
      }
    }
    try {
      clock.sleep(DISABLING);
    } finally {
      synchronized (gpus) {
        pf.setState(next);
        pf.setChangingVfs(false);
        gpus.publish();
        nextCatchUp = OptionalLong.of(clock.nanoTime());
      }
    }
    return write.done(stay ? "VFs disabled, but a fault lets them stay" : "VFs disabled");
  }

  private void removeVfs(KernelPf pf) {
    List<VisibleVf> gone = pf.vfs();
    pf.setVfs(List.of());
    gpus.publish();
    visible.removeNodes(pf, gone);
  }

  /** Carries out what has become due. Called before every look at the tree, so it must be cheap. */
  void settle() {
    synchronized (gpus) {
      if (nextCatchUp.isPresent() && clock.nanoTime() - nextCatchUp.getAsLong() >= 0) {
        catchUp();
      }
    }
  }

  /** Adds late DRM nodes, and carries out what a fault no longer holds back. */
  void catchUp() {
    synchronized (gpus) {
      boolean changed = false;
      for (KernelPf pf : gpus.all()) {
        if (!pf.changingVfs() && !pf.isSettled()) {
          changed |= catchUp(pf);
        }
      }
      if (changed) {
        gpus.publish();
      }
      nextCatchUp = gpus.all().stream().flatMapToLong(pf -> visible.lateDrm(pf).stream()).min();
    }
  }

  /** Returns whether readers should see other VFs than before. */
  private boolean catchUp(KernelPf pf) {
    if (pf.vfsLeft() && !pf.faults().vfsStay()) {
      removeVfs(pf);
      log.accept("%s: the VFs that had stayed are gone".formatted(pf.address()));
    }
    List<VisibleVf> due = visible.due(pf);
    boolean changed = !due.equals(pf.vfs());
    if (changed) {
      pf.setVfs(due);
    }
    return changed;
  }
}
