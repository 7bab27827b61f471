package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.sysfs.SriovFailure;
import com.intel.dra.gpu.sysfs.VfProvisioning;
import com.intel.dra.gpu.sysfs.VfRemoval;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
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

    /**
     * Nothing was done: another agent prepared a claim that uses VFs which were to go, or they are
     * not those any more of which it was decided.
     */
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
    if (make.remains() == VfHostDecision.Remains.VFS_IN_USE) {
      return check(gpu, make.atLeast());
    }
    VfProfile profile = make.profile();
    var begun = new MadeVfs(profile.name(), profile.memoryMiB(), false);
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
      records.put(gpu.uid(), begun); // VFs that are there from now on are others
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
            new MadeVfs(
                profile.name(),
                profile.memoryMiB(),
                true,
                virtualFunctions.identity(gpu.address())));
        yield new Outcome.Made(numVfs);
      }
    };
  }

  /** Why that could not be done; empty when nothing is in the way any more. */
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
        forget(gpu); // somebody else was faster
        yield Optional.of(new Outcome.Failed(cause.message(), false));
      }
      case VfRemoval.Failed(var cause) ->
          Optional.of(
              new Outcome.Failed(
                  "what is in the way of VFs could not be removed: " + cause.message(), true));
    };
  }

  /** The agent that made them died before it could say that nothing is missing. */
  private Outcome check(Gpu gpu, int atLeast) throws IOException, InterruptedException {
    Optional<MadeVfs> found = records.find(gpu.uid());
    if (found.isEmpty()) {
      return new Outcome.Obsolete();
    }
    MadeVfs made = found.get();
    String identity = virtualFunctions.identity(gpu.address());
    return switch (virtualFunctions.check(gpu.address(), atLeast, made.memoryMiB())) {
      case VfProvisioning.Failed failed ->
          new Outcome.Failed(
              "%s; claims use its VFs, and the kernel adds none to them: delete their pods so that they are allocated anew"
                  .formatted(failed.cause().message()),
              true);
      case VfProvisioning.Done(int numVfs) -> {
        records.replaceIfStill(
            gpu.uid(),
            made,
            Optional.of(new MadeVfs(made.profile(), made.memoryMiB(), true, identity)));
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
   *     was decided, which an agent beside this one may have done, and not if they are others than
   *     those that were recorded
   */
  private boolean begin(Gpu gpu, boolean remove, MadeVfs made) throws IOException {
    return records.exclusively(
        () -> {
          if (isHeldAsAWhole(gpu) || (remove && isUsed(gpu))) {
            return false;
          }
          if (!remove) {
            records.put(gpu.uid(), made);
            return true;
          }
          String there = virtualFunctions.identity(gpu.address());
          Optional<MadeVfs> recorded = records.find(gpu.uid());
          if (recorded.filter(record -> record.isOfOthersThan(there)).isPresent()
              && !there.equals(VirtualFunctions.NO_VFS)) {
            return false; // the next look drops the record
          }
          records.put(gpu.uid(), made.withIdentity(there));
          return true;
        });
  }

  /** Whether it has no driver, which takes its VFs away. */
  boolean isWithoutDriver(DeviceUid gpu) {
    return virtualFunctions.isWithoutDriver(gpu.address());
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
    return "the record of the GPU's VFs could not be written to the node's disk, see to its space"
        + " and health: "
        + e;
  }
}
