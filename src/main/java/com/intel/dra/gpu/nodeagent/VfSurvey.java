package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.SriovFailure;
import com.intel.dra.gpu.sysfs.SysfsLayout;
import com.intel.dra.gpu.sysfs.VfWithoutCard;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.PatientQuestions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
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

  private final PatientQuestions<DeviceUid, VfSight> looks =
      new PatientQuestions<>("look-at-vfs-of-");

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
    var questions = new LinkedHashMap<DeviceUid, Supplier<VfSight>>();
    var gpus = new HashMap<DeviceUid, Gpu>();
    for (Gpu gpu : known) {
      boolean busy = hosts.state(gpu.uid()).filter(VfHostState::isBusy).isPresent();
      if (gpu.uid().parent().isEmpty() && !busy) {
        Set<Integer> held =
            holders.of(gpu.uid()).stream()
                .map(HeldVf::index)
                .collect(Collectors.toUnmodifiableSet());
        gpus.put(gpu.uid(), gpu);
        questions.put(gpu.uid(), () -> eye.look(gpu, held));
      }
    }
    var seen = new HashMap<Gpu, VfSight>();
    looks
        .ask(questions, patience)
        .forEach(
            (uid, sight) -> {
              Gpu gpu = Objects.requireNonNull(gpus.get(uid));
              seen.put(gpu, sight.orElseGet(() -> noAnswer(gpu)));
            });
    return seen;
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
