package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.sysfs.VfProvisioning;
import com.intel.dra.gpu.sysfs.VfRemoval;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * Carries out on the hardware what was decided about one GPU, and has the node's devices follow.
 * The record of the GPU is true at every step: an agent that dies here finds afterwards what it had
 * begun. Takes seconds; not to be called twice at once for one GPU.
 */
@Singleton
class VfWork {

  private static final Logger LOG = Logger.getLogger(VfWork.class);

  /** What an attempt came to. */
  sealed interface Outcome {

    /** They are there and published in the CDI spec. */
    record Made(int numVfs) implements Outcome {}

    /** The GPU is a plain GPU, and the CDI spec says so. */
    record Removed() implements Outcome {}

    /** Nothing was done: another agent prepared a claim that uses VFs which were to go. */
    record Obsolete() implements Outcome {}

    /**
     * @param leftSomething whether VFs or quotas are still there
     */
    record Failed(String message, boolean leftSomething) implements Outcome {}
  }

  private final VirtualFunctions virtualFunctions;
  private final VfHostRecords records;
  private final PreparedClaims prepared;
  private final DeviceMonitor monitor;
  private final AgentConfig config;

  @Inject
  VfWork(
      VirtualFunctions virtualFunctions,
      VfHostRecords records,
      PreparedClaims prepared,
      DeviceMonitor monitor,
      AgentConfig config) {
    this.virtualFunctions = virtualFunctions;
    this.records = records;
    this.prepared = prepared;
    this.monitor = monitor;
    this.config = config;
  }

  /**
   * @throws InterruptedException with the VFs made in part, as the record says
   */
  Outcome make(Gpu gpu, VfHostDecision.Make make) throws InterruptedException {
    try {
      return published(tryToMake(gpu, make));
    } catch (IOException e) {
      return published(new Outcome.Failed(unrecorded(e), true));
    }
  }

  /**
   * @throws InterruptedException with the VFs removed in part, as the record says
   */
  Outcome remove(Gpu gpu) throws InterruptedException {
    try {
      return published(tryToRemove(gpu));
    } catch (IOException e) {
      return published(new Outcome.Failed(unrecorded(e), true));
    }
  }

  private Outcome tryToMake(Gpu gpu, VfHostDecision.Make make)
      throws IOException, InterruptedException {
    VfProfile profile = make.profile();
    try {
      boolean begun =
          begin(gpu, make.removeFirst(), new MadeVfs(profile.name(), profile.memoryMiB(), false));
      if (!begun) {
        return new Outcome.Obsolete();
      }
    } catch (IOException e) {
      return new Outcome.Failed(unrecorded(e), make.removeFirst());
    }
    if (make.removeFirst()
        && virtualFunctions.remove(gpu.address()) instanceof VfRemoval.Failed(var cause)) {
      return new Outcome.Failed(
          "VFs that are in the way could not be removed: " + cause.message(), true);
    }
    return switch (virtualFunctions.provision(gpu, profile, make.atLeast())) {
      case VfProvisioning.Failed failed -> {
        if (!failed.leftSomething()) {
          forget(gpu);
        }
        yield new Outcome.Failed(failed.message(), failed.leftSomething());
      }
      case VfProvisioning.Done(int numVfs) -> {
        records.put(gpu.uid(), new MadeVfs(profile.name(), profile.memoryMiB(), true));
        yield new Outcome.Made(numVfs);
      }
    };
  }

  private Outcome tryToRemove(Gpu gpu) throws IOException, InterruptedException {
    // an agent that dies meanwhile cannot tell by their number whether all was cleared away
    MadeVfs made = records.find(gpu.uid()).orElse(new MadeVfs("", 0, false));
    if (!begin(gpu, true, new MadeVfs(made.profile(), made.memoryMiB(), false))) {
      return new Outcome.Obsolete();
    }
    if (virtualFunctions.remove(gpu.address()) instanceof VfRemoval.Failed(var cause)) {
      return new Outcome.Failed(cause.message(), true);
    }
    records.remove(gpu.uid());
    return new Outcome.Removed();
  }

  /**
   * From here on no agent takes the GPU's VFs into use, for they are no longer verified.
   *
   * @param remove whether those that are there are to go: not if one has come into use since that
   *     was decided, which an agent beside this one may have done
   */
  private boolean begin(Gpu gpu, boolean remove, MadeVfs made) throws IOException {
    return records.exclusively(
        () -> {
          if (isHeldAsAWhole(gpu) || (remove && isUsed(gpu))) {
            return false;
          }
          records.put(gpu.uid(), made);
          return true;
        });
  }

  private boolean isHeldAsAWhole(Gpu gpu) {
    return prepared.all().values().stream()
        .flatMap(claim -> claim.devices().stream())
        .anyMatch(device -> device.uid().equals(gpu.uid().toString()));
  }

  private boolean isUsed(Gpu gpu) {
    return prepared.all().values().stream()
        .flatMap(claim -> claim.devices().stream())
        .flatMap(device -> DeviceUid.parse(device.uid()).stream())
        .anyMatch(uid -> uid.parent().filter(gpu.uid()::equals).isPresent());
  }

  /** Without it the next attempt only has more to do. */
  private void forget(Gpu gpu) {
    try {
      records.remove(gpu.uid());
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be removed yet: %s", gpu.uid(), e);
    }
  }

  /**
   * Until the CDI spec and the agent's devices are what the hardware is, no success is told. A
   * failure is told anyway; the next look at the devices comes by itself.
   */
  private Outcome published(Outcome outcome) throws InterruptedException {
    while (!monitor.scan() && !(outcome instanceof Outcome.Failed)) {
      Thread.sleep(config.rescanInterval());
    }
    return outcome;
  }

  private static String unrecorded(IOException e) {
    return "the record of the GPU's VFs could not be written to the node's disk, see to its space and health: "
        + e;
  }
}
