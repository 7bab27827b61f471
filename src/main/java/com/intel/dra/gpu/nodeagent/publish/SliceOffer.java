package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceDescriptions;
import com.intel.dra.gpu.nodeagent.devices.HeldDeviceHealth;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.vfs.VfBackoff;
import com.intel.dra.gpu.nodeagent.vfs.VfHolders;
import com.intel.dra.gpu.structured.DeviceFacts;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.GpuSharing;
import com.intel.dra.gpu.structured.OfferedGpu;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The devices that the agent publishes for structured DRA now, from what it knows now. */
@Singleton
public class SliceOffer {

  /** The DRM nodes of a GPU that has none now. */
  private static final DrmNodes NOT_PUBLISHED = new DrmNodes(0, OptionalInt.empty());

  private final NodeDevices devices;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final VfBackoff failures;
  private final PreparedClaims prepared;
  private final GpuSharing sharing;
  private final int vfsOnDemand;
  private volatile boolean ready = true;

  // a GPU that is not well stays published with a taint that evicts its pods; a GPU that is gone
  // stays published until these pods are gone
  private final SortedMap<DeviceUid, Gpu> offered = new TreeMap<>();

  @Inject
  public SliceOffer(
      NodeDevices devices,
      VfHosts hosts,
      VfHostRecords records,
      VfBackoff failures,
      PreparedClaims prepared,
      AgentConfig config) {
    this.devices = devices;
    this.hosts = hosts;
    this.records = records;
    this.failures = failures;
    this.prepared = prepared;
    this.vfsOnDemand = config.vfsOnDemand();
    this.sharing =
        switch (config.sharing()) {
          case EXCLUSIVE -> new GpuSharing.Exclusive();
          case MEMORY ->
              new GpuSharing.ByMemory(
                  config.shareDefaultMib(), config.shareMinimumMib(), config.shareStepMib());
        };
  }

  /** Whether the kubelet can call; while it cannot, no new pods should come to this node. */
  void setReady(boolean ready) {
    this.ready = ready;
  }

  /**
   * Empty before the first discovery. It holds no lock while it calls other classes, because their
   * locks may depend on each other.
   */
  public Optional<GpuOffer> current() {
    // the states are read first: when a GPU has no state any more, its devices are known already
    Map<DeviceUid, VfHostState> states = hosts.states();
    return devices
        .known()
        .map(
            known -> {
              List<GpuFacts> facts = devices.facts();
              Collection<PreparedClaim> claims = prepared.all().values();
              VfHostRecords.Now onRecord = records.now();
              SortedMap<DeviceUid, GpuHealth> health = HeldDeviceHealth.of(facts, claims);
              VfHolders holders = VfHolders.of(claims);
              var gpus = new TreeMap<DeviceUid, OfferedGpu>();
              for (Gpu gpu : remembered(known, facts, heldGpus(claims))) {
                gpus.put(
                    gpu.uid(),
                    new OfferedGpu(
                        gpu,
                        DeviceDescriptions.of(gpu, facts, condition(gpu.uid(), health)),
                        vfs(
                            gpu,
                            known,
                            onRecord,
                            Optional.ofNullable(states.get(gpu.uid())),
                            atLeast(gpu, health)),
                        use(gpu, claims),
                        heldVfs(gpu, holders, health)));
              }
              heldGpus(claims).stream()
                  .filter(gpu -> !gpus.containsKey(gpu))
                  .map(gpu -> neverSeen(gpu, facts, claims, holders, health))
                  .filter(gpu -> gpu.facts().condition() != DeviceFacts.Condition.WELL)
                  .forEach(gpu -> gpus.put(gpu.gpu().uid(), gpu));
              return new GpuOffer(List.copyOf(gpus.values()), sharing, ready);
            });
  }

  /**
   * A GPU that claims hold and that this agent has never seen well, because it is gone, or hangs,
   * since before the agent started. Of its memory only the parts are known that the claims hold.
   */
  private OfferedGpu neverSeen(
      DeviceUid uid,
      List<GpuFacts> facts,
      Collection<PreparedClaim> claims,
      VfHolders holders,
      SortedMap<DeviceUid, GpuHealth> health) {
    List<Integer> held =
        claims.stream()
            .flatMap(claim -> claim.devices().stream())
            .filter(device -> device.uid().equals(uid.toString()))
            .map(AllocatedDevice::memory)
            .toList();
    int memoryMiB = held.stream().mapToInt(Integer::intValue).sum();
    var gpu = new Gpu(uid, uid.address(), memoryMiB, 0, NOT_PUBLISHED);
    return new OfferedGpu(
        gpu,
        DeviceDescriptions.of(gpu, facts, condition(uid, health)),
        // if claims hold only VFs of the GPU, only these VFs are published
        held.isEmpty() ? new OfferedGpu.Vfs.Existing(List.of()) : new OfferedGpu.Vfs.None(),
        use(gpu, claims),
        heldVfs(gpu, holders, health));
  }

  private DeviceFacts.Condition condition(
      DeviceUid device, SortedMap<DeviceUid, GpuHealth> health) {
    if (health.getOrDefault(device, new GpuHealth.Healthy()).isHealthy()) {
      return DeviceFacts.Condition.WELL;
    }
    return devices.isUnusableForLong(device)
        ? DeviceFacts.Condition.UNWELL
        : DeviceFacts.Condition.IN_DOUBT;
  }

  private SortedMap<Integer, OfferedGpu.HeldVf> heldVfs(
      Gpu gpu, VfHolders holders, SortedMap<DeviceUid, GpuHealth> health) {
    var held = new TreeMap<Integer, OfferedGpu.HeldVf>();
    holders
        .of(gpu.uid())
        .forEach(
            vf ->
                held.put(
                    vf.index(),
                    new OfferedGpu.HeldVf(
                        vf.memoryMiB(), condition(gpu.uid().vf(vf.index()), health))));
    return held;
  }

  /** How many VFs the GPU has, or had when claims took some of them. */
  private static int atLeast(Gpu gpu, SortedMap<DeviceUid, GpuHealth> health) {
    return health.keySet().stream()
        .filter(device -> device.parent().equals(Optional.of(gpu.uid())))
        .mapToInt(vf -> vf.vfIndex().orElseThrow() + 1)
        .max()
        .orElse(0);
  }

  private synchronized List<Gpu> remembered(
      List<Gpu> known, List<GpuFacts> facts, Set<DeviceUid> held) {
    var here = new TreeMap<DeviceUid, Gpu>();
    known.stream()
        .filter(device -> device.type() == DeviceType.GPU)
        .forEach(gpu -> here.put(gpu.uid(), gpu));
    offered
        .keySet()
        .removeIf(gpu -> !here.containsKey(gpu) && isGone(gpu, facts) && !held.contains(gpu));
    offered.putAll(here);
    return List.copyOf(offered.values());
  }

  private static boolean isGone(DeviceUid gpu, List<GpuFacts> facts) {
    return facts.stream()
        .filter(candidate -> candidate.uid().equals(gpu))
        .allMatch(gone -> gone.health() instanceof GpuHealth.Vanished);
  }

  /** GPUs that pods may be using, including pods that a taint has evicted. */
  private static Set<DeviceUid> heldGpus(Collection<PreparedClaim> claims) {
    return claims.stream()
        .flatMap(claim -> claim.devices().stream())
        .flatMap(device -> DeviceUid.gpuOf(device.uid()).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Counts only prepared claims: the agent is not told of claims that are only allocated. */
  private static OfferedGpu.Use use(Gpu gpu, Collection<PreparedClaim> claims) {
    return claims.stream()
        .flatMap(claim -> use(gpu, claim))
        .max(Comparator.naturalOrder())
        .orElse(OfferedGpu.Use.NONE);
  }

  /**
   * The scheduler's results say how the claim uses the GPU. Where no result names the GPU, the
   * record was rebuilt from the GAS, or the claim had the GPU before it was prepared again with
   * other devices; then only the memory that it holds is known.
   */
  private static Stream<OfferedGpu.Use> use(Gpu gpu, PreparedClaim claim) {
    String cdiName = GpuCdiDevices.KIND.qualifiedName(gpu.uid().toString());
    List<PreparedResult> results =
        claim.results().stream()
            .filter(result -> !result.adminAccess() && result.cdiDevices().contains(cdiName))
            .toList();
    if (!results.isEmpty()) {
      return results.stream()
          .map(result -> result.shareId().isEmpty() ? OfferedGpu.Use.WHOLE : OfferedGpu.Use.SHARED);
    }
    return claim.devices().stream()
        .filter(device -> device.uid().equals(gpu.uid().toString()))
        .map(
            device ->
                device.memory() < gpu.memoryMiB() ? OfferedGpu.Use.SHARED : OfferedGpu.Use.UNKNOWN);
  }

  private OfferedGpu.Vfs vfs(
      Gpu gpu,
      List<Gpu> known,
      VfHostRecords.Now onRecord,
      Optional<VfHostState> state,
      int atLeast) {
    List<Gpu> existing =
        known.stream()
            .filter(device -> device.uid().parent().equals(Optional.of(gpu.uid())))
            .map(onRecord::withPromisedMemory)
            .toList();
    Optional<VfHostRecord> made = onRecord.find(gpu.uid());
    boolean othersUseVfs =
        made.isEmpty()
            && (!existing.isEmpty() || state.filter(VfHostState::isOccupied).isPresent());
    if (othersUseVfs && state.filter(VfHostState::isBusy).isEmpty()) {
      return new OfferedGpu.Vfs.Existing(existing);
    }
    return profile(gpu, made)
        .<OfferedGpu.Vfs>map(
            profile ->
                new OfferedGpu.Vfs.OnDemand(
                    profile,
                    failure(gpu, state),
                    !state.map(VfHostState::offersGpuSoon).orElse(true)))
        .or(() -> made.map(vfs -> stillSplit(gpu, vfs, state, atLeast)))
        .orElseGet(OfferedGpu.Vfs.None::new);
  }

  /** A GPU that was split and cannot be split or read now: no new claim may get VFs of it. */
  private OfferedGpu.Vfs stillSplit(
      Gpu gpu, VfHostRecord made, Optional<VfHostState> state, int atLeast) {
    Optional<VfProfile> onRecord =
        VfProfiles.recorded(gpu.uid().model(), made.profile(), made.memoryMiB());
    int numVfs = Math.max(Math.max(1, atLeast), onRecord.map(VfProfile::numVfs).orElse(0));
    return new OfferedGpu.Vfs.OnDemand(
        new VfProfile(made.profile(), numVfs, made.memoryMiB(), Optional.empty()),
        failure(gpu, state).or(() -> Optional.of("it cannot be split now")),
        onRecord.isEmpty() || !state.map(VfHostState::offersGpuSoon).orElse(true));
  }

  /** While VFs of this driver exist, their profile counts, whatever the settings say now. */
  private Optional<VfProfile> profile(Gpu gpu, Optional<VfHostRecord> made) {
    List<VfProfile> profiles = gpu.vfProfiles();
    return made.filter(vfs -> !vfs.profile().isEmpty())
        .map(vfs -> VfProfiles.named(profiles, vfs.profile()))
        .orElseGet(() -> OfferedGpu.profileFor(vfsOnDemand, profiles));
  }

  private Optional<String> failure(Gpu gpu, Optional<VfHostState> state) {
    return state
        .flatMap(VfHostState::hindrance)
        .or(
            () ->
                failures.isRecent(gpu.uid())
                    ? Optional.of("its VFs could not be made recently")
                    : Optional.empty());
  }
}
