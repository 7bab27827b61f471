package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceMonitor;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.sysfs.sriov.SriovFailure;
import com.intel.dra.gpu.sysfs.sriov.VfProvisioning;
import com.intel.dra.gpu.sysfs.sriov.VfRemoval;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.time.SleepingClock;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Makes and removes VFs on the hardware, and updates the node's devices afterwards. The record of
 * the GPU is true at every step, so that the next agent finds what an agent had begun that died
 * here. A call takes seconds; do not make two calls for one GPU at the same time.
 */
@Singleton
public class VfHardware {

  private static final Logger LOG = Logger.getLogger(VfHardware.class);

  /** The outcome of an attempt. */
  sealed interface Outcome {

    /** The VFs are there, and are published in the CDI spec. */
    record Made(int numVfs) implements Outcome {}

    /** The GPU has no VFs, and the CDI spec says so. */
    record Removed() implements Outcome {}

    /**
     * Nothing was done: another agent prepared a claim that uses VFs which were to be removed, or
     * the VFs are no longer those that were decided on.
     */
    record Obsolete() implements Outcome {}

    /**
     * The work failed.
     *
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
  public VfHardware(
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
   * Makes VFs.
   *
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
   * Removes the VFs.
   *
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
    if (make.remains() == VfHostDecision.Remains.VFS_IN_USE) {
      return check(gpu, make.atLeast());
    }
    VfProfile profile = make.profile();
    var begun = new VfHostRecord(profile.name(), profile.memoryMiB(), false);
    boolean remove = make.remains() == VfHostDecision.Remains.VFS;
    try {
      if (!begin(gpu, remove, begun)) {
        return new Outcome.Obsolete();
      }
    } catch (IOException e) {
      return new Outcome.Failed(unrecorded(e), make.remains() != VfHostDecision.Remains.NOTHING);
    }
    Optional<Outcome.Failed> inTheWay = clearAway(gpu, make.remains());
    if (inTheWay.isPresent()) {
      return inTheWay.get();
    }
    if (remove) {
      records.put(gpu.uid(), begun); // VFs that appear from now on are others
    }
    return switch (virtualFunctions.provision(gpu, profile, make.atLeast())) {
      case VfProvisioning.Failed failed -> {
        if (!failed.leftSomething()) {
          forget(gpu);
        }
        yield new Outcome.Failed(failed.message(), failed.leftSomething());
      }
      case VfProvisioning.Done(int numVfs) -> {
        records.put(
            gpu.uid(),
            new VfHostRecord(
                profile.name(),
                profile.memoryMiB(),
                true,
                virtualFunctions.identity(gpu.address())));
        yield new Outcome.Made(numVfs);
      }
    };
  }

  /** Returns why that could not be done; empty when nothing is in the way any more. */
  private Optional<Outcome.Failed> clearAway(Gpu gpu, VfHostDecision.Remains remains)
      throws InterruptedException {
    VfRemoval removal =
        switch (remains) {
          case NOTHING, VFS_IN_USE -> new VfRemoval.Done();
          case QUOTAS -> virtualFunctions.clear(gpu.address());
          case VFS -> virtualFunctions.remove(gpu.address());
        };
    return switch (removal) {
      case VfRemoval.Done _ -> Optional.empty();
      case VfRemoval.Failed(SriovFailure.VfsExist cause) -> {
        forget(gpu); // an administrator has made VFs meanwhile
        yield Optional.of(new Outcome.Failed(cause.message(), false));
      }
      case VfRemoval.Failed(var cause) ->
          Optional.of(
              new Outcome.Failed(
                  "earlier VFs or quotas, which prevent new VFs, could not be removed: "
                      + cause.message(),
                  true));
    };
  }

  /** Checks that no VF is missing. The agent that made the VFs died before it could record that. */
  private Outcome check(Gpu gpu, int atLeast) throws IOException, InterruptedException {
    Optional<VfHostRecord> found = records.find(gpu.uid());
    if (found.isEmpty()) {
      return new Outcome.Obsolete();
    }
    VfHostRecord made = found.get();
    String identity = virtualFunctions.identity(gpu.address());
    return switch (virtualFunctions.check(gpu.address(), atLeast, made.memoryMiB())) {
      case VfProvisioning.Failed failed ->
          new Outcome.Failed(
              "%s; claims use VFs of this GPU, so the kernel cannot add more: delete the pods of these claims so that they are allocated anew"
                  .formatted(failed.cause().message()),
              true);
      case VfProvisioning.Done(int numVfs) -> {
        records.replaceIfStill(
            gpu.uid(), made, new VfHostRecord(made.profile(), made.memoryMiB(), true, identity));
        yield new Outcome.Made(numVfs);
      }
    };
  }

  private Outcome tryToRemove(Gpu gpu) throws IOException, InterruptedException {
    // the number of VFs does not tell a later agent whether their quotas were removed too
    VfHostRecord made = records.find(gpu.uid()).orElse(new VfHostRecord("", 0, false));
    if (!begin(gpu, true, new VfHostRecord(made.profile(), made.memoryMiB(), false))) {
      return new Outcome.Obsolete();
    }
    if (virtualFunctions.remove(gpu.address()) instanceof VfRemoval.Failed(var cause)) {
      return new Outcome.Failed(cause.message(), true);
    }
    records.remove(gpu.uid());
    return new Outcome.Removed();
  }

  /**
   * Marks the GPU's VFs as not verified, so that no agent takes them into use from here on.
   *
   * @param remove whether the VFs that are there are to be removed
   * @return false if the work must not be done: a claim uses the VFs since that was decided
   *     (another agent on this node may have prepared it), or they are others than those on record
   * @throws IOException also if it is not known which claims are prepared
   */
  private boolean begin(Gpu gpu, boolean remove, VfHostRecord made) throws IOException {
    return records.exclusively(
        () -> {
          Collection<PreparedClaim> claims = prepared.allForCertain().values();
          if (isHeldAsAWhole(gpu, claims) || (remove && isUsed(gpu, claims))) {
            return false;
          }
          if (!remove) {
            records.put(gpu.uid(), made);
            return true;
          }
          String there = virtualFunctions.identity(gpu.address());
          Optional<VfHostRecord> recorded = records.find(gpu.uid());
          if (recorded.filter(record -> record.isOfOthersThan(there)).isPresent()
              && !there.equals(VirtualFunctions.NO_VFS)) {
            return false; // the next look removes the record
          }
          records.put(gpu.uid(), made.withIdentity(there));
          return true;
        });
  }

  /** Whether the GPU has no kernel driver; then it has no VFs either. */
  boolean isWithoutDriver(DeviceUid gpu) {
    return virtualFunctions.isWithoutDriver(gpu.address());
  }

  private static boolean isHeldAsAWhole(Gpu gpu, Collection<PreparedClaim> claims) {
    return claims.stream()
        .flatMap(claim -> claim.devices().stream())
        .anyMatch(device -> device.uid().equals(gpu.uid().toString()));
  }

  private static boolean isUsed(Gpu gpu, Collection<PreparedClaim> claims) {
    return claims.stream()
        .flatMap(claim -> claim.devices().stream())
        .flatMap(device -> DeviceUid.parentOf(device.uid()).stream())
        .anyMatch(gpu.uid()::equals);
  }

  /** Removes the record. If that fails, the next attempt only has more to do. */
  private void forget(Gpu gpu) {
    try {
      records.remove(gpu.uid());
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be removed yet: %s", gpu.uid(), e);
    }
  }

  /**
   * Updates the CDI spec and the agent's devices. A success is returned only when they say what the
   * hardware is; a failure is returned anyway, because the devices are scanned periodically.
   */
  private Outcome published(Outcome outcome) throws InterruptedException {
    while (!monitor.scanBetween() && !(outcome instanceof Outcome.Failed)) {
      SleepingClock.SYSTEM.sleep(config.rescanInterval());
    }
    return outcome;
  }

  private static String unrecorded(IOException e) {
    return "the agent's records could not be read or written on the node's disk, check its free space and health: "
        + e;
  }
}
