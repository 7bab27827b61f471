package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.kit.time.SleepingClock;

/** Carries out writes to the files of GPUs: first what faults ask for, then what the rules say. */
record PfWriter(KernelGpus gpus, VfSwitch vfSwitch, SleepingClock clock) {

  /** Returns when all that the write causes has happened. */
  Answer write(PfWrite write) {
    KernelPf pf = write.pf();
    boolean numVfs = write.file().kind() instanceof PfFile.NumVfs;
    try {
      if (numVfs) {
        pf.deviceLock().lockInterruptibly();
      }
      try {
        pf.provisioningLock().lockInterruptibly();
        try {
          return writeLocked(write);
        } finally {
          pf.provisioningLock().unlock();
        }
      } finally {
        if (numVfs) {
          pf.deviceLock().unlock();
        }
      }
    } catch (InterruptedException e) {
      return new Answer.Refused(Errno.EINTR);
    }
  }

  private Answer writeLocked(PfWrite write) throws InterruptedException {
    FaultSwitch.Effect effect;
    synchronized (gpus) {
      effect = write.pf().faults().onWrite(write.file().path(), write.text());
    }
    if (effect.delay().isPositive()) {
      clock.sleep(effect.delay());
    }
    if (effect.instead().isPresent()) {
      return switch (effect.instead().get()) {
        case FaultSwitch.Refuse(Errno errno) ->
            write.refused(errno, "a fault in the topology file says so");
        case FaultSwitch.Nothing() ->
            write.done("ignored, because a fault in the topology file says so");
      };
    }
    return writeByTheRules(write);
  }

  private Answer writeByTheRules(PfWrite write) throws InterruptedException {
    KernelPf pf = write.pf();
    SriovRules.Decision decision;
    synchronized (gpus) {
      if (!gpus.contains(pf)) {
        return new Answer.Refused(Errno.ENODEV);
      }
      decision = SriovRules.write(pf.state(), write.file().kind(), write.text(), pf.vfsLeft());
      if (decision instanceof SriovRules.Changed(PfState next)) {
        pf.setState(next);
        gpus.publish();
      }
    }
    return switch (decision) {
      case SriovRules.Refused(Errno errno, String why) -> write.refused(errno, why);
      case SriovRules.Changed any -> new Answer.Done("");
      case SriovRules.Enabled(PfState next) -> vfSwitch.enable(write, next);
      case SriovRules.Disabled(PfState next) -> vfSwitch.disable(write, next);
    };
  }
}
