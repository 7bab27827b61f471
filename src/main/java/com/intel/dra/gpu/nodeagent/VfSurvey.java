package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.SriovFailure;
import com.intel.dra.gpu.sysfs.SysfsLayout;
import com.intel.dra.gpu.sysfs.VfWithoutCard;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * How many VFs the GPUs have, and, where the record of it was lost, which of them are ours.
 *
 * <p>The kernel lets a reader wait while a GPU is being changed, and for ever when it hangs. So
 * each GPU is looked at by a thread of its own and not waited for longer than is set.
 */
@Singleton
class VfSurvey {

  /** A look at one GPU; may block. */
  @FunctionalInterface
  interface Eye {

    /**
     * @param held indices of the VFs that claims hold
     */
    VfSight look(Gpu gpu, Set<Integer> held);
  }

  private final Eye eye;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final Duration patience;

  /** Looks that were not waited for to the end. */
  private final Map<DeviceUid, CompletableFuture<VfSight>> unanswered = new HashMap<>();

  @Inject
  VfSurvey(
      VirtualFunctions virtualFunctions, VfHosts hosts, VfHostRecords records, AgentConfig config) {
    this((gpu, held) -> look(virtualFunctions, gpu, held), hosts, records, config);
  }

  VfSurvey(Eye eye, VfHosts hosts, VfHostRecords records, AgentConfig config) {
    this.eye = eye;
    this.hosts = hosts;
    this.records = records;
    this.patience = config.vfSurveyWait();
  }

  static VfSight look(VirtualFunctions virtualFunctions, Gpu gpu, Set<Integer> held) {
    EnabledVfs enabled = virtualFunctions.enabled(gpu.address());
    if (!(enabled instanceof EnabledVfs.Count(int numVfs))) {
      return VfSight.of(enabled);
    }
    var withoutCard = new TreeMap<Integer, VfWithoutCard>();
    for (int index : held) {
      if (index < numVfs) {
        virtualFunctions
            .withoutCard(gpu.address(), index)
            .ifPresent(vf -> withoutCard.put(index, vf));
      }
    }
    return new VfSight(enabled, withoutCard, virtualFunctions.identity(gpu.address()));
  }

  /**
   * Of each GPU that nobody is at work on, also where no VFs can be made now: an administrator who
   * has no driver bound to new VFs makes them for others. Not to be called under the lock of {@link
   * VfHosts}, since it may wait.
   *
   * @param known the node's devices
   * @throws IOException if the record was lost and cannot be written again
   */
  synchronized Map<Gpu, VfSight> look(List<Gpu> known, VfHolders holders) throws IOException {
    Map<Gpu, VfSight> seen = onlyLook(known, holders);
    if (!records.isComplete()) {
      boolean all = seen.values().stream().noneMatch(VfSurvey::isUnanswered);
      records.completeFrom(madeBefore(seen, holders), all);
    }
    return seen;
  }

  /** The same, and leaves the record as it is. */
  synchronized Map<Gpu, VfSight> onlyLook(List<Gpu> known, VfHolders holders) {
    var looks = new LinkedHashMap<Gpu, CompletableFuture<VfSight>>();
    for (Gpu gpu : known) {
      boolean busy = hosts.state(gpu.uid()).filter(VfHostState::isBusy).isPresent();
      if (gpu.uid().parent().isEmpty() && !busy) {
        looks.put(gpu, begin(gpu, holders));
      }
    }
    return await(looks);
  }

  private CompletableFuture<VfSight> begin(Gpu gpu, VfHolders holders) {
    CompletableFuture<VfSight> earlier = unanswered.get(gpu.uid());
    if (earlier != null && !earlier.isDone()) {
      return earlier;
    }
    unanswered.remove(gpu.uid());
    Set<Integer> held =
        holders.of(gpu.uid()).stream().map(HeldVf::index).collect(Collectors.toUnmodifiableSet());
    var look = new CompletableFuture<VfSight>();
    try {
      Thread.ofPlatform()
          .daemon()
          .name("look-at-vfs-of-" + gpu.address())
          .start(
              () -> {
                try {
                  look.complete(eye.look(gpu, held));
                } catch (RuntimeException | Error e) { // or it would never be looked at again
                  look.completeExceptionally(e);
                }
              });
    } catch (OutOfMemoryError e) { // no thread for it; the other GPUs are looked at all the same
      look.complete(noAnswer(gpu));
    }
    return look;
  }

  /** All together no longer than is set, and those that were waited for before not again. */
  private Map<Gpu, VfSight> await(Map<Gpu, CompletableFuture<VfSight>> looks) {
    long deadline = System.nanoTime() + patience.toNanos();
    var seen = new HashMap<Gpu, VfSight>();
    looks.forEach(
        (gpu, look) -> {
          long nanosLeft =
              unanswered.containsKey(gpu.uid()) ? 0 : Math.max(0, deadline - System.nanoTime());
          seen.put(gpu, await(gpu, look, nanosLeft));
        });
    return seen;
  }

  private VfSight await(Gpu gpu, CompletableFuture<VfSight> look, long nanos) {
    try {
      return look.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("defect while looking at the VFs of " + gpu.uid(), e);
    } catch (TimeoutException e) {
      unanswered.put(gpu.uid(), look);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return noAnswer(gpu);
  }

  private VfSight noAnswer(Gpu gpu) {
    return VfSight.of(
        new EnabledVfs.Unknown(
            new SriovFailure.NoAnswer(SysfsLayout.SRIOV_NUMVFS, gpu.address(), patience)));
  }

  private static boolean isUnanswered(VfSight sight) {
    return sight.enabled() instanceof EnabledVfs.Unknown(SriovFailure.NoAnswer _);
  }

  /** Only this driver makes VFs that were planned. */
  private static Map<DeviceUid, MadeVfs> madeBefore(Map<Gpu, VfSight> seen, VfHolders holders) {
    var made = new HashMap<DeviceUid, MadeVfs>();
    seen.forEach(
        (gpu, sight) -> {
          if (sight.enabled() instanceof EnabledVfs.Count(int numVfs) && numVfs > 0) {
            holders.of(gpu.uid()).stream()
                .filter(vf -> !vf.profile().isEmpty())
                .findFirst()
                .ifPresent(
                    vf ->
                        made.put(
                            gpu.uid(),
                            new MadeVfs(vf.profile(), vf.memoryMiB(), true, sight.identity())));
          }
        });
    return made;
  }
}
