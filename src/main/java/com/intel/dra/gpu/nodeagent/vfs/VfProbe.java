package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.sriov.EnabledVfs;
import com.intel.dra.gpu.sysfs.sriov.SriovFailure;
import com.intel.dra.gpu.sysfs.sriov.VfWithoutCard;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.time.TimeLimitedQueries;
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
 * Reads how many VFs the GPUs have. If the record of VFs was lost, it also finds out which of them
 * this driver made.
 *
 * <p>The kernel blocks a reader while a GPU is being changed, and for ever when the GPU hangs. Each
 * GPU is therefore read by a thread of its own, and not waited for longer than the settings say.
 */
@Singleton
public class VfProbe {

  /** Reads one GPU; may block. */
  @FunctionalInterface
  public interface Eye {

    /**
     * @param held indices of the VFs that claims hold
     */
    VfObservation look(Gpu gpu, Set<Integer> held);
  }

  private final Eye eye;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final Duration patience;

  private final TimeLimitedQueries<DeviceUid, VfObservation> looks =
      new TimeLimitedQueries<>("look-at-vfs-of-");

  @Inject
  VfProbe(
      VirtualFunctions virtualFunctions, VfHosts hosts, VfHostRecords records, AgentConfig config) {
    this((gpu, held) -> look(virtualFunctions, gpu, held), hosts, records, config);
  }

  public VfProbe(Eye eye, VfHosts hosts, VfHostRecords records, AgentConfig config) {
    this.eye = eye;
    this.hosts = hosts;
    this.records = records;
    this.patience = config.vfSurveyWait();
  }

  public static VfObservation look(VirtualFunctions virtualFunctions, Gpu gpu, Set<Integer> held) {
    EnabledVfs enabled = virtualFunctions.enabled(gpu.address());
    if (!(enabled instanceof EnabledVfs.Count(int numVfs))) {
      return VfObservation.of(enabled);
    }
    var withoutCard = new TreeMap<Integer, VfWithoutCard>();
    for (int index : held) {
      if (index < numVfs) {
        virtualFunctions
            .withoutCard(gpu.address(), index)
            .ifPresent(vf -> withoutCard.put(index, vf));
      }
    }
    return new VfObservation(enabled, withoutCard, virtualFunctions.identity(gpu.address()));
  }

  /**
   * Reads each GPU on which no thread is at work. It also reads GPUs on which no VFs can be made
   * now, because an administrator may have made VFs there for others. Do not call this under {@link
   * com.intel.dra.gpu.nodeagent.devices.DeviceLock}, because it may wait.
   *
   * @param known the node's devices
   * @throws IOException if the record was lost and cannot be written again
   */
  synchronized Map<Gpu, VfObservation> look(List<Gpu> known, VfHolders holders) throws IOException {
    Map<Gpu, VfObservation> seen = onlyLook(known, holders);
    if (!records.isComplete()) {
      boolean all = seen.values().stream().noneMatch(VfProbe::isUnanswered);
      records.completeFrom(madeBefore(seen, holders), all);
    }
    return seen;
  }

  /** Does the same as {@link #look}, and does not complete the record. */
  synchronized Map<Gpu, VfObservation> onlyLook(List<Gpu> known, VfHolders holders) {
    var questions = new LinkedHashMap<DeviceUid, Supplier<VfObservation>>();
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
    var seen = new HashMap<Gpu, VfObservation>();
    looks
        .ask(questions, patience)
        .forEach(
            (uid, sight) -> {
              Gpu gpu = Objects.requireNonNull(gpus.get(uid));
              seen.put(gpu, sight.orElseGet(() -> noAnswer(gpu)));
            });
    return seen;
  }

  private VfObservation noAnswer(Gpu gpu) {
    return VfObservation.of(
        new EnabledVfs.Unknown(
            new SriovFailure.NoAnswer(SysfsLayout.SRIOV_NUMVFS, gpu.address(), patience)));
  }

  private static boolean isUnanswered(VfObservation sight) {
    return sight.enabled() instanceof EnabledVfs.Unknown(SriovFailure.NoAnswer _);
  }

  /** VFs of this driver are recognised by their profile: only this driver makes planned VFs. */
  private static Map<DeviceUid, VfHostRecord> madeBefore(
      Map<Gpu, VfObservation> seen, VfHolders holders) {
    var made = new HashMap<DeviceUid, VfHostRecord>();
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
                            new VfHostRecord(
                                vf.profile(), vf.memoryMiB(), true, sight.identity())));
          }
        });
    return made;
  }
}
