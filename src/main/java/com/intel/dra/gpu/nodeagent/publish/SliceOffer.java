package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
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
import com.intel.dra.gpu.nodeagent.policy.GpuPolicies;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.gpu.nodeagent.vfs.VfBackoff;
import com.intel.dra.gpu.nodeagent.vfs.VfHolders;
import com.intel.dra.gpu.policy.GpuPolicy;
import com.intel.dra.gpu.structured.DeviceFacts;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.OfferedGpu;
import com.intel.dra.gpu.structured.PreparableDevice;
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
  private final GpuPolicies policies;
  private final VfChanges changes;
  private final PendingAllocations pending;
  private final TakeOver takeOver;
  private final boolean monitors;
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
      GpuPolicies policies,
      VfChanges changes,
      PendingAllocations pending,
      TakeOver takeOver,
      AgentConfig config) {
    this.devices = devices;
    this.hosts = hosts;
    this.records = records;
    this.failures = failures;
    this.prepared = prepared;
    this.policies = policies;
    this.changes = changes;
    this.pending = pending;
    this.takeOver = takeOver;
    this.monitors = config.monitors();
  }

  /**
   * What is not known yet and decides how GPUs are offered; empty if all is known. Until then
   * nothing is to be published, and a claim that is not prepared yet is to be given nothing.
   */
  public Optional<String> unknown() {
    if (!policies.areKnown()) {
      return Optional.of(
          "which rules this node's GPUs follow is not known yet, because the labels of the Node cannot be read");
    }
    if (!takeOver.isSettled()) {
      return Optional.of(
          "what pods of the Go driver hold is not known yet, because its record was not taken over yet");
    }
    return prepared.isComplete()
        ? Optional.empty()
        : Optional.of(
            "which claims use this node's GPUs is not known yet, because the record of prepared claims is missing and the GpuAllocationState, which has a copy, was not read yet");
  }

  /** Whether the kubelet can call; while it cannot, no new pods should come to this node. */
  void setReady(boolean ready) {
    this.ready = ready;
  }

  /** The rule that the GPU follows; empty if none is for it. */
  Optional<String> rule(Gpu gpu) {
    return policies.of(gpu).rule();
  }

  /** Call this periodically, before what is offered is published. */
  void followPolicies() {
    devices.known().stream()
        .flatMap(List::stream)
        .filter(device -> device.type() == DeviceType.GPU)
        .forEach(this::followPolicy);
  }

  /**
   * Call this periodically, before {@link #followPolicies}.
   *
   * @param offer what the API server has now; empty if that is not known
   */
  void isPublished(Optional<GpuOffer> offer) {
    changes.nothingIsKnownToBePublished();
    offer.map(GpuOffer::gpus).orElse(List.of()).stream()
        .forEach(gpu -> changes.isPublished(gpu.gpu().uid(), openProfile(gpu.vfs())));
  }

  private static Optional<String> openProfile(OfferedGpu.Vfs vfs) {
    return vfs instanceof OfferedGpu.Vfs.OnDemand onDemand && !onDemand.isClosed()
        ? Optional.of(onDemand.profile().name())
        : Optional.empty();
  }

  /** A GPU that cannot be split now may be again soon, and one that is withheld gives no VFs. */
  private void followPolicy(Gpu gpu) {
    GpuPolicy policy = policies.of(gpu).policy();
    boolean isUnknown = policy.vfsOnDemand() > 0 && gpu.vfProfiles().isEmpty();
    if (policy.offered() && !isUnknown) {
      changes.follow(gpu.uid(), wantedProfile(gpu, policy));
    }
  }

  /**
   * The VF that the claim was given before others were published; empty if they are still the same,
   * or are not known.
   *
   * @param now what is offered
   */
  public Optional<PreparableDevice> givenBefore(
      GpuOffer now, String claim, String deviceName, VfChanges.ClaimTimes times) {
    Optional<DeviceUid> vf =
        DeviceName.parse(deviceName)
            .map(DeviceName::uid)
            .filter(uid -> uid.type() == DeviceType.VF);
    Optional<OfferedGpu.Vfs> vfs =
        now.gpus().stream()
            .filter(
                offered -> Optional.of(offered.gpu().uid()).equals(vf.flatMap(DeviceUid::parent)))
            .map(OfferedGpu::vfs)
            .findFirst();
    if (vf.isEmpty() || vfs.isEmpty() || vfs.get() instanceof OfferedGpu.Vfs.Existing) {
      return Optional.empty();
    }
    return heldBeforeBoot(claim, vf.get(), vfs.get())
        .or(
            () ->
                changes
                    .given(vf.get().gpu(), vf.get().vfIndex().orElseThrow(), times)
                    .map(
                        given ->
                            new PreparableDevice.Vf(vf.get(), given.memoryMiB(), given.profile())));
  }

  /** VFs that an administrator made have no profile, and are made only where VFs are offered. */
  private Optional<PreparableDevice> heldBeforeBoot(
      String claim, DeviceUid vf, OfferedGpu.Vfs vfs) {
    return Optional.ofNullable(prepared.earlier().get(claim)).stream()
        .flatMap(before -> before.devices().stream())
        .filter(device -> device.uid().equals(vf.toString()))
        .filter(device -> !device.profile().isEmpty() || vfs instanceof OfferedGpu.Vfs.OnDemand)
        .findFirst()
        .map(device -> new PreparableDevice.Vf(vf, device.memory(), device.profile()));
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
              // in the order in which claims move, so that none is missed
              Collection<PreparedClaim> earlier = prepared.earlier().values();
              Collection<ClaimAllocation> waiting = pending.all().values();
              Collection<PreparedClaim> claims = prepared.all().values();
              // the scheduler may still count the devices as those of claims from before the boot,
              // so GPUs keep their shape until these claims come back or are gone
              List<PreparedClaim> counted =
                  Stream.concat(claims.stream(), earlier.stream()).toList();
              VfHostRecords.Now onRecord = records.now();
              SortedMap<DeviceUid, GpuHealth> health = HeldDeviceHealth.of(facts, claims);
              VfHolders holders = VfHolders.of(counted);
              List<AllocatedDevice> promised =
                  Stream.concat(
                          counted.stream().flatMap(claim -> claim.devices().stream()),
                          waiting.stream().flatMap(claim -> claim.gpus().stream()))
                      .toList();
              var gpus = new TreeMap<DeviceUid, OfferedGpu>();
              for (Gpu gpu : remembered(known, facts, heldGpus(claims))) {
                GpuPolicy policy = policies.of(gpu).policy();
                gpus.put(
                    gpu.uid(),
                    new OfferedGpu(
                        gpu,
                        DeviceDescriptions.of(gpu, facts, condition(gpu.uid(), health)),
                        vfs(
                            gpu,
                            policy,
                            known,
                            onRecord,
                            promised,
                            Optional.ofNullable(states.get(gpu.uid())),
                            atLeast(gpu, health)),
                        use(gpu, counted),
                        heldVfs(gpu, claims, holders, health),
                        policy.sharing(),
                        !policy.offered()));
              }
              heldGpus(claims).stream()
                  .filter(gpu -> !gpus.containsKey(gpu))
                  .map(gpu -> neverSeen(gpu, facts, claims, holders, health))
                  .filter(gpu -> gpu.facts().condition() != DeviceFacts.Condition.WELL)
                  .forEach(gpu -> gpus.put(gpu.gpu().uid(), gpu));
              return new GpuOffer(List.copyOf(gpus.values()), ready, monitors);
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
    long memoryMiB = held.stream().mapToLong(Integer::longValue).sum();
    var gpu =
        new Gpu(
            uid,
            uid.address(),
            (int) Math.min(memoryMiB, Integer.MAX_VALUE), // records may say more than there is
            0,
            NOT_PUBLISHED);
    GpuPolicy policy = policies.of(gpu).policy();
    return new OfferedGpu(
        gpu,
        DeviceDescriptions.of(gpu, facts, condition(uid, health)),
        // if claims hold only VFs of the GPU, only these VFs are published
        held.isEmpty() ? new OfferedGpu.Vfs.Existing(List.of()) : new OfferedGpu.Vfs.None(),
        use(gpu, claims),
        heldVfs(gpu, claims, holders, health),
        policy.sharing(),
        !policy.offered());
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
      Gpu gpu,
      Collection<PreparedClaim> claims,
      VfHolders holders,
      SortedMap<DeviceUid, GpuHealth> health) {
    var held = new TreeMap<Integer, OfferedGpu.HeldVf>();
    holders
        .of(gpu.uid())
        .forEach(
            vf ->
                held.put(
                    vf.index(),
                    new OfferedGpu.HeldVf(
                        vf.memoryMiB(),
                        condition(gpu.uid().vf(vf.index()), health),
                        claims.stream()
                            .anyMatch(claim -> holdsByAnotherName(claim, gpu.uid(), vf.index())))));
    return held;
  }

  private static boolean holdsByAnotherName(PreparedClaim claim, DeviceUid gpu, int index) {
    DeviceUid vf = gpu.vf(index);
    String name = DeviceName.of(vf).toString();
    return claim.devices().stream().anyMatch(device -> device.uid().equals(vf.toString()))
        && claim.results().stream().noneMatch(result -> result.device().equals(name));
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
    return OfferedGpu.Use.of(claims.stream().map(claim -> use(gpu, claim)));
  }

  /**
   * The scheduler's results say how the claim uses the GPU. Where no result names the GPU, the
   * record was rebuilt from the GAS, or the claim had the GPU before it was prepared again with
   * other devices; then only the parts are known that it holds, and all may be the whole.
   */
  private static OfferedGpu.Use use(Gpu gpu, PreparedClaim claim) {
    String uid = gpu.uid().toString();
    String cdiName = GpuCdiDevices.KIND.qualifiedName(uid);
    List<AllocatedDevice> held =
        claim.devices().stream().filter(device -> device.uid().equals(uid)).toList();
    List<PreparedResult> results =
        claim.results().stream()
            .filter(result -> !result.adminAccess() && result.cdiDevices().contains(cdiName))
            .toList();
    boolean isWhole =
        !results.isEmpty() && results.stream().allMatch(result -> result.shareId().isEmpty());
    boolean mayBeWhole =
        results.isEmpty()
            && held.stream()
                .anyMatch(
                    device -> !device.hasCountedShares() && device.memory() >= gpu.memoryMiB());
    if (isWhole) {
      return new OfferedGpu.Use.Whole();
    }
    return mayBeWhole
        ? new OfferedGpu.Use.Unknown()
        : OfferedGpu.Use.of(held.stream().map(device -> shares(gpu, device)));
  }

  /**
   * A share of nothing is one of which an older agent has dropped the count, or a whole GPU whose
   * memory was not known then.
   */
  private static OfferedGpu.Use shares(Gpu gpu, AllocatedDevice device) {
    if (device.hasCountedShares()) {
      return new OfferedGpu.Use.ByCount(Math.clamp(device.totalShares(), 1, Gpu.MAX_SHARES));
    }
    return device.memory() == 0 && gpu.memoryMiB() > 0
        ? new OfferedGpu.Use.Unknown()
        : new OfferedGpu.Use.ByMemory();
  }

  private OfferedGpu.Vfs vfs(
      Gpu gpu,
      GpuPolicy policy,
      List<Gpu> known,
      VfHostRecords.Now onRecord,
      List<AllocatedDevice> promised,
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
    return profile(gpu, policy, made, promised)
        .<OfferedGpu.Vfs>map(
            profile ->
                new OfferedGpu.Vfs.OnDemand(
                    profile,
                    failure(gpu, state),
                    !state.map(VfHostState::offersGpuSoon).orElse(true),
                    !Optional.of(profile).equals(wantedProfile(gpu, policy))))
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

  /**
   * While VFs of this driver exist, or claims have been promised some, their profile counts,
   * whatever the policy says now.
   */
  private Optional<VfProfile> profile(
      Gpu gpu, GpuPolicy policy, Optional<VfHostRecord> made, List<AllocatedDevice> promised) {
    List<VfProfile> profiles = gpu.vfProfiles();
    return made.filter(vfs -> !vfs.profile().isEmpty())
        .map(vfs -> VfProfiles.named(profiles, vfs.profile()))
        .orElseGet(
            () ->
                promised.stream()
                    .filter(device -> device.parentUid().equals(gpu.uid().toString()))
                    .flatMap(device -> VfProfiles.named(profiles, device.profile()).stream())
                    .max(Comparator.comparingInt(VfProfile::memoryMiB))
                    .or(() -> changes.settled(gpu, wantedProfile(gpu, policy))));
  }

  private static Optional<VfProfile> wantedProfile(Gpu gpu, GpuPolicy policy) {
    return OfferedGpu.profileFor(policy.vfsOnDemand(), gpu.vfProfiles());
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
