package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.GasFields;
import com.intel.dra.gpu.nodeagent.life.LeaseStatus;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.vfs.VfBackoff;
import com.intel.dra.gpu.structured.OfferedGpu;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Determines what the agent's fields of the GAS should say now, from what the agent knows now. */
@Singleton
public class DesiredGas {

  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final DraMode mode;
  private final PendingAllocations pending;
  private final VfBackoff failures;
  private final LeaseStatus life;
  private final SliceOffer offer;
  private volatile boolean serving;

  @Inject
  public DesiredGas(
      NodeDevices devices,
      PreparedClaims prepared,
      VfHosts hosts,
      VfHostRecords records,
      DraMode mode,
      PendingAllocations pending,
      VfBackoff failures,
      LeaseStatus life,
      SliceOffer offer) {
    this.devices = devices;
    this.prepared = prepared;
    this.hosts = hosts;
    this.records = records;
    this.mode = mode;
    this.pending = pending;
    this.failures = failures;
    this.life = life;
    this.offer = offer;
  }

  /**
   * Sets whether the kubelet can call; only then may new claims be placed on the node.
   *
   * @return whether this has changed
   */
  public synchronized boolean setServing(boolean serving) {
    boolean changed = this.serving != serving;
    this.serving = serving;
    return changed;
  }

  /**
   * @param statusNow what the GAS says; the answer depends on it if the agent must renew its Lease
   *     before the GAS may say Ready
   */
  public GasFields fields(String statusNow) {
    // the states are read first: if work on a GPU has ended by then, its devices are known too
    Map<DeviceUid, VfHostState> states = hosts.states();
    Optional<Map<String, AllocatableDevice>> allocatable =
        devices.known().map(gpus -> withSharing(allocatable(gpus, states), gpus));
    boolean ready =
        serving
            && allocatable.isPresent()
            && life.allowsReady(GpuAllocationState.READY.equals(statusNow));
    return new GasFields(
        allocatable,
        prepared.isComplete()
            ? Optional.of(GasFields.Prepared.of(prepared.all()))
            : Optional.empty(),
        prepared.isComplete() ? allocations() : Optional.empty(),
        ready ? GpuAllocationState.READY : GpuAllocationState.NOT_READY);
  }

  private Map<String, AllocatableDevice> allocatable(
      List<Gpu> gpus, Map<DeviceUid, VfHostState> states) {
    var byUid = new TreeMap<String, AllocatableDevice>();
    for (Gpu gpu : gpus) {
      DeviceUid host = gpu.uid().gpu();
      Optional<VfHostState> state = Optional.ofNullable(states.get(host));
      switch (gpu.type()) {
        case GPU -> {
          if (state.map(VfHostState::offersGpu).orElse(true)) {
            offerGpu(byUid, gpu, memoryMiB(gpu, state), maxVfs(gpu, state));
            state
                .flatMap(VfHostState::announcedVfs)
                .ifPresent(announced -> offerAnnounced(byUid, host, announced));
          }
        }
        case VF -> {
          if (state.map(VfHostState::offersVfs).orElse(true)) {
            offerVf(byUid, gpu.uid(), records.memoryMiB(gpu));
          }
        }
      }
    }
    return byUid;
  }

  /** Adds how claims share each GPU, which rules of structured DRA decide. */
  private Map<String, AllocatableDevice> withSharing(
      Map<String, AllocatableDevice> byUid, List<Gpu> gpus) {
    return switch (mode) {
      case CLASSIC -> byUid;
      case STRUCTURED -> {
        Map<String, OfferedGpu> published =
            offer.current().stream()
                .flatMap(all -> all.gpus().stream())
                .collect(Collectors.toMap(gpu -> gpu.gpu().uid().toString(), gpu -> gpu));
        for (Gpu gpu : gpus) {
          byUid.computeIfPresent(
              gpu.uid().toString(),
              (uid, device) ->
                  Optional.ofNullable(published.get(uid))
                      .map(now -> withSharing(device, now, offer.rule(gpu)))
                      .orElse(device));
        }
        yield byUid;
      }
    };
  }

  private static AllocatableDevice withSharing(
      AllocatableDevice device, OfferedGpu now, Optional<String> rule) {
    return new AllocatableDevice(
        device.maxVfs(),
        device.equalShares(),
        device.memory(),
        device.model(),
        device.parentUid(),
        device.type(),
        device.uid(),
        now.withheld() ? AllocatableDevice.WITHHELD : now.sharingNow().word(),
        now.countedShares().orElse(0),
        rule.orElse(""));
  }

  /**
   * Returns 0 if the GPU has VFs of others: how much memory they leave is not known, and the user
   * of the GPU may see less.
   */
  private static int memoryMiB(Gpu gpu, Optional<VfHostState> state) {
    return state.filter(VfHostState::isOccupied).isPresent() ? 0 : gpu.memoryMiB();
  }

  /**
   * Returns 0 also if VFs cannot be made or recently could not be made, so that no others are
   * planned there.
   */
  private int maxVfs(Gpu gpu, Optional<VfHostState> state) {
    boolean mayHaveOthers =
        state.map(VfHostState::mayHaveOthers).orElse(true) && !failures.isRecent(gpu.uid());
    return mayHaveOthers ? gpu.maxVfs() : 0;
  }

  private static void offerAnnounced(
      Map<String, AllocatableDevice> byUid, DeviceUid host, VfHostState.AnnouncedVfs announced) {
    announced
        .indices()
        .forEach(index -> offerVf(byUid, host.vf(index), announced.profile().memoryMiB()));
  }

  private static void offerGpu(
      Map<String, AllocatableDevice> byUid, Gpu gpu, int memoryMiB, int maxVfs) {
    offer(byUid, gpu.uid(), memoryMiB, maxVfs, maxVfs > 0 && gpu.equalShares());
  }

  private static void offerVf(Map<String, AllocatableDevice> byUid, DeviceUid uid, int memoryMiB) {
    offer(byUid, uid, memoryMiB, 0, false);
  }

  private static void offer(
      Map<String, AllocatableDevice> byUid,
      DeviceUid uid,
      int memoryMiB,
      int maxVfs,
      boolean equalShares) {
    byUid.put(
        uid.toString(),
        new AllocatableDevice(
            maxVfs,
            equalShares,
            memoryMiB,
            uid.model().value(),
            uid.parent().map(DeviceUid::toString).orElse(""),
            uid.type().wireName(),
            uid.toString()));
  }

  /** In structured DRA the agent learns of a claim when the kubelet prepares it. */
  private Optional<Map<String, ClaimAllocation>> allocations() {
    return switch (mode) {
      case CLASSIC -> Optional.empty();
      case STRUCTURED -> {
        var allocations = new TreeMap<>(pending.all());
        prepared
            .all()
            .forEach(
                (uid, claim) -> allocations.put(uid, new ClaimAllocation(claim.devices(), "")));
        yield Optional.of(allocations);
      }
    };
  }
}
