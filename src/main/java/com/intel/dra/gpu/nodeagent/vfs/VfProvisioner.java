package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.Making;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.MakingFailed;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.Occupied;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.Refused;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.Removing;
import com.intel.dra.gpu.nodeagent.devices.VfHostState.Unknown;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.vfs.VfHostDecision.Situation;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Decides which VFs are made, because claims hold them, and which are removed, because no claim
 * holds them any more. It decides anew at each reconciliation of the GAS. What it decides is in the
 * GAS before the hardware is touched:
 *
 * <ul>
 *   <li>VFs that are to be made are offered first. The controller adds no VFs to a GPU that has
 *       some, and does not give such a GPU away as a whole; what it decided on before that
 *       conflicts when it writes.
 *   <li>VFs that are to be removed, and their GPU, are not offered until the VFs are gone.
 * </ul>
 */
@Singleton
public class VfProvisioner {

  private static final Logger LOG = Logger.getLogger(VfProvisioner.class);

  private final VfProbe probe;
  private final VfAttempts attempts;
  private final VfRetries retries;
  private final VfRecordUpkeep upkeep;
  private final DeviceLock lock;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final AgentConfig config;

  /**
   * The GPUs of which {@link VfHosts} tells whether their VFs can be offered. Replaced as a whole
   * under {@link DeviceLock}, and read without it.
   */
  private volatile Set<DeviceUid> lookedAt = Set.of();

  @Inject
  public VfProvisioner(
      VfProbe probe,
      VfAttempts attempts,
      VfRetries retries,
      VfRecordUpkeep upkeep,
      DeviceLock lock,
      VfHosts hosts,
      VfHostRecords records,
      NodeDevices devices,
      PreparedClaims prepared,
      AgentConfig config) {
    this.probe = probe;
    this.attempts = attempts;
    this.retries = retries;
    this.upkeep = upkeep;
    this.lock = lock;
    this.hosts = hosts;
    this.records = records;
    this.devices = devices;
    this.prepared = prepared;
    this.config = config;
  }

  /**
   * Decides what is to be done on each GPU on which no work goes on already. Close the round that
   * this returns.
   *
   * @throws IOException if the record of GPUs that were split was lost and cannot be written
   */
  public VfRound decide(GpuAllocationState gas) throws IOException {
    Optional<List<Gpu>> found = devices.known();
    if (found.isEmpty() || !prepared.isComplete()) {
      return new VfRound(List.of(), attempts, hosts);
    }
    List<Gpu> known = found.get();
    Map<Gpu, VfObservation> seen = probe.look(known, VfHolders.of(gas, prepared.all().values()));
    return lock.locked(
        () -> {
          Set<DeviceUid> here =
              known.stream().map(Gpu::uid).collect(Collectors.toUnmodifiableSet());
          hosts.forgetAllBut(here);
          retries.forgetUselessAllBut(here);
          // read again, because claims may be prepared until the lock is taken
          var holders = VfHolders.of(gas, prepared.all().values());
          upkeep.forgetVfsOfGpusWithoutDriver(here, holders);
          seen.forEach((gpu, sight) -> upkeep.compare(gpu, sight, holders));
          var steps = new ArrayList<VfStep>();
          seen.forEach((gpu, sight) -> decide(gpu, sight, holders, known).ifPresent(steps::add));
          addLookedAt(seen.keySet(), known);
          return new VfRound(steps, attempts, hosts);
        });
  }

  /**
   * Whether each GPU has been looked at, so that {@link VfHosts} can be relied on. Before that, a
   * GPU whose VFs somebody else uses, or that does not answer, seems to be free; this also holds
   * for a GPU that appears later. This does not wait for the GAS: it looks at the GPUs itself, and
   * starts no work.
   *
   * @return false before the first discovery, and while only the GAS can say whose VFs there are
   */
  public boolean haveBeenLookedAt() {
    Optional<List<Gpu>> known = devices.known();
    return known.isPresent() && (notLookedAt(known.get()).isEmpty() || lookWithoutGas(known.get()));
  }

  private List<Gpu> notLookedAt(List<Gpu> known) {
    Set<DeviceUid> looked = lookedAt;
    return known.stream()
        .filter(device -> device.uid().parent().isEmpty() && !looked.contains(device.uid()))
        .toList();
  }

  /** Leaves out GPUs that are gone, so that they are looked at again when they are back. */
  private void addLookedAt(Set<Gpu> seen, List<Gpu> known) {
    Set<DeviceUid> before = lookedAt;
    lookedAt =
        known.stream()
            // VfHosts already tells of a GPU that is being worked on
            .filter(
                gpu ->
                    seen.contains(gpu)
                        || before.contains(gpu.uid())
                        || hosts.state(gpu.uid()).isPresent())
            .map(Gpu::uid)
            .collect(Collectors.toUnmodifiableSet());
  }

  private boolean lookWithoutGas(List<Gpu> known) {
    var holders = VfHolders.of(prepared.all().values());
    Map<Gpu, VfObservation> seen = probe.onlyLook(notLookedAt(known), holders);
    boolean onRecord = prepared.isComplete() && records.isComplete();
    if (!onRecord && !seen.values().stream().allMatch(VfObservation::hasNone)) {
      return false;
    }
    return lock.locked(
        () -> {
          seen.forEach((gpu, sight) -> upkeep.compare(gpu, sight, holders));
          seen.forEach(
              (gpu, sight) -> {
                if (!lookedAt.contains(gpu.uid())) {
                  withholdUnlessUsable(gpu, sight, holders, known);
                }
              });
          addLookedAt(seen.keySet(), known);
          return notLookedAt(known).isEmpty();
        });
  }

  private void withholdUnlessUsable(
      Gpu gpu, VfObservation sight, VfHolders holders, List<Gpu> known) {
    Optional<VfHostState> before = hosts.state(gpu.uid());
    switch (VfHostDecision.on(situation(gpu, sight, holders, known))) {
      case VfHostDecision.LeaveToOthers leave -> settle(gpu, before, Optional.of(new Occupied()));
      case VfHostDecision.Withhold(String reason) -> withhold(gpu, before, reason);
      // work is decided on when the GAS is reconciled
      case VfHostDecision.Nothing _,
          VfHostDecision.LeaveAsItIs _,
          VfHostDecision.Make _,
          VfHostDecision.Remove _,
          VfHostDecision.Refuse _ -> {}
    }
  }

  /** When to look again although nothing changes; empty when there is no need to. */
  public Optional<Duration> lookAgainAfter() {
    return retries.lookAgainAfter();
  }

  private Optional<VfStep> decide(
      Gpu gpu, VfObservation sight, VfHolders holders, List<Gpu> known) {
    Optional<VfHostState> before = hosts.state(gpu.uid());
    if (before.filter(MakingFailed.class::isInstance).isPresent()) {
      // new VFs are not planned here while a claim waits for these, and a while longer
      retries.couldNotBeMade(gpu.uid());
    }
    List<HeldVf> held = holders.of(gpu.uid());
    VfHostDecision decision = VfHostDecision.on(situation(gpu, sight, holders, known));
    boolean isWork =
        decision instanceof VfHostDecision.Make || decision instanceof VfHostDecision.Remove;
    if (!isWork) {
      retries.forgetUseless(gpu.uid());
    }
    return switch (decision) {
      case VfHostDecision.Nothing nothing -> {
        settle(gpu, before, Optional.empty());
        yield Optional.empty();
      }
      case VfHostDecision.LeaveAsItIs leave -> {
        settle(gpu, before, before.filter(VfHostState::isOccupied));
        yield Optional.empty();
      }
      case VfHostDecision.LeaveToOthers leave -> {
        settle(gpu, before, Optional.of(new Occupied()));
        yield Optional.empty();
      }
      case VfHostDecision.Withhold(String reason) -> {
        withhold(gpu, before, reason);
        yield Optional.empty();
      }
      case VfHostDecision.Refuse(String reason, boolean mayPass) -> {
        if (settle(gpu, before, Optional.of(new Refused(reason, mayPass)))) {
          LOG.errorf("VFs that claims were given cannot be made: %s", reason);
        }
        yield Optional.empty();
      }
      case VfHostDecision.Make make -> {
        SortedSet<Integer> indices =
            held.stream().map(HeldVf::index).collect(Collectors.toCollection(TreeSet::new));
        if (retries.mustWait(gpu.uid(), before, indices)) {
          yield Optional.empty();
        }
        hosts.set(
            gpu.uid(),
            Optional.of(
                new Making(make.profile(), indices, before.flatMap(VfHostState::lastFailure))));
        yield Optional.of(new VfStep.Make(gpu, make, indices, before));
      }
      case VfHostDecision.Remove remove -> {
        if (retries.mustWait(gpu.uid(), before, new TreeSet<>())) {
          yield Optional.empty();
        }
        hosts.set(gpu.uid(), Optional.of(new Removing(before.flatMap(VfHostState::lastFailure))));
        yield Optional.of(new VfStep.Remove(gpu, before));
      }
    };
  }

  private Situation situation(Gpu gpu, VfObservation sight, VfHolders holders, List<Gpu> known) {
    return new Situation(
        gpu,
        holders.of(gpu.uid()),
        holders.areUsing(gpu.uid()),
        sight,
        known.stream().anyMatch(device -> device.uid().parent().equals(Optional.of(gpu.uid()))),
        records.find(gpu.uid()).filter(made -> !sight.areOthersThan(made)),
        config.unownedVfs());
  }

  private void withhold(Gpu gpu, Optional<VfHostState> before, String reason) {
    if (settle(gpu, before, Optional.of(new Unknown(reason)))) {
      LOG.errorf("GPU %s is not offered: %s", gpu.uid(), reason);
    }
  }

  /** Sets the state of the GPU, and returns whether it has changed. */
  private boolean settle(Gpu gpu, Optional<VfHostState> before, Optional<VfHostState> now) {
    if (before.equals(now)) {
      return false;
    }
    if (before.filter(Unknown.class::isInstance).isPresent()
        && now.filter(Unknown.class::isInstance).isEmpty()) {
      LOG.infof("GPU %s answers again", gpu.uid());
    }
    hosts.set(gpu.uid(), now);
    return true;
  }
}
