package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Source.ExistingVf;
import com.intel.dra.gpu.allocation.Source.GpuShare;
import com.intel.dra.gpu.allocation.Source.NewVf;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The free devices and memory of a node. Devices have numbers, separately for GPUs and VFs, because
 * a search reads and changes this some thousand times.
 */
final class Ledger {

  /** The smallest first, so that the first VF that fits wastes the least memory. */
  private static final Comparator<Device> VF_ORDER =
      Comparator.comparingInt(Device::memoryMiB).thenComparing(Device::uid);

  private final List<Device> gpus;
  private final List<Device> vfs;
  private final Map<DeviceUid, Integer> numbers;

  /** How each GPU can be split. */
  private final List<List<VfProfile>> profiles;

  /** GPUs that have VFs, or whose planned VFs cannot be extended. */
  private final boolean[] closed;

  /** The free memory by GPU: a sum of ints, negative if more was allocated than exists. */
  private final long[] freeMiB;

  private final int[] gpuClaims;
  private final int[] vfClaims;
  private final @Nullable VfPlan[] plans;

  private Ledger(
      List<Device> gpus,
      List<Device> vfs,
      Map<DeviceUid, Integer> numbers,
      List<List<VfProfile>> profiles,
      boolean[] closed,
      long[] freeMiB,
      int[] gpuClaims,
      int[] vfClaims,
      @Nullable VfPlan[] plans) {
    this.gpus = gpus;
    this.vfs = vfs;
    this.numbers = numbers;
    this.profiles = profiles;
    this.closed = closed;
    this.freeMiB = freeMiB;
    this.gpuClaims = gpuClaims;
    this.vfClaims = vfClaims;
    this.plans = plans;
  }

  /**
   * @param devices in the order of UIDs
   * @param allocations what each claim holds
   */
  static Ledger of(Collection<Device> devices, Collection<List<DeviceShare>> allocations) {
    var gpus = new ArrayList<Device>();
    var vfs = new ArrayList<Device>();
    for (Device device : devices) {
      switch (device.type()) {
        case GPU -> gpus.add(device);
        case VF -> vfs.add(device);
      }
    }
    vfs.sort(VF_ORDER);
    var numbers = new HashMap<DeviceUid, Integer>();
    for (int gpu = 0; gpu < gpus.size(); gpu++) {
      numbers.put(gpus.get(gpu).uid(), gpu);
    }
    for (int vf = 0; vf < vfs.size(); vf++) {
      numbers.put(vfs.get(vf).uid(), vf);
    }
    var ledger =
        new Ledger(
            gpus,
            vfs,
            numbers,
            profiles(gpus),
            new boolean[gpus.size()],
            gpus.stream().mapToLong(Device::memoryMiB).toArray(),
            new int[gpus.size()],
            new int[vfs.size()],
            new @Nullable VfPlan[gpus.size()]);
    // existing VFs come first, because a GPU that has VFs is closed to plans
    vfs.forEach(vf -> ledger.parentOf(vf.uid()).ifPresent(gpu -> ledger.closed[gpu] = true));
    allocations.forEach(shares -> shares.forEach(ledger::charge));
    return ledger;
  }

  private record Kind(PciDeviceId model, int memoryMiB, int maxVfs, boolean equalShares) {}

  /** Most GPUs of a node are alike: they share one list, because many nodes are kept in memory. */
  private static List<List<VfProfile>> profiles(List<Device> gpus) {
    var byKind = new HashMap<Kind, List<VfProfile>>();
    return gpus.stream()
        .map(
            gpu ->
                byKind.computeIfAbsent(
                    new Kind(gpu.uid().model(), gpu.memoryMiB(), gpu.maxVfs(), gpu.equalShares()),
                    _ -> gpu.vfProfiles()))
        .toList();
  }

  /** A copy to allocate from, so that this ledger stays unchanged. */
  Ledger copy() {
    return new Ledger(
        gpus,
        vfs,
        numbers,
        profiles,
        closed,
        freeMiB.clone(),
        gpuClaims.clone(),
        vfClaims.clone(),
        plans.clone());
  }

  /** The number of this GPU or VF; empty if the node does not have it. */
  Optional<Integer> numberOf(DeviceUid uid) {
    return Optional.ofNullable(numbers.get(uid));
  }

  private Optional<Integer> parentOf(DeviceUid vf) {
    return vf.parent().flatMap(this::numberOf);
  }

  private void charge(DeviceShare share) {
    Integer number = numbers.get(share.uid());
    switch (share.type()) {
      case GPU -> {
        if (number != null) {
          chargeGpu(number, share.memoryMiB());
        }
      }
      case VF -> {
        if (number != null) {
          vfClaims[number]++;
        } else {
          parentOf(share.uid()).ifPresent(gpu -> chargePlanned(gpu, share));
        }
      }
    }
  }

  private void chargeGpu(int gpu, int memoryMiB) {
    freeMiB[gpu] -= memoryMiB;
    gpuClaims[gpu]++;
  }

  /** Charges a VF that a claim holds and that does not exist (yet). */
  private void chargePlanned(int gpu, DeviceShare share) {
    int index = share.uid().vfIndex().orElseThrow();
    Optional<VfProfile> profile =
        share.profile().flatMap(name -> VfProfiles.named(profiles.get(gpu), name));
    VfPlan before = plans[gpu];
    VfPlan plan = before == null ? profile.map(VfPlan::empty).orElse(null) : before;
    if (plan == null
        || !profile.equals(Optional.of(plan.profile()))
        || plan.holds(index)
        || index >= plan.profile().numVfs()) {
      // does not follow our rules: a VF that vanished, mixed profiles, or one VF for two claims
      closed[gpu] = true;
    } else {
      plans[gpu] = plan.with(index);
    }
  }

  int gpuCount() {
    return gpus.size();
  }

  int vfCount() {
    return vfs.size();
  }

  Device gpu(int gpu) {
    return gpus.get(gpu);
  }

  Device vf(int vf) {
    return vfs.get(vf);
  }

  long freeMiB(int gpu) {
    return freeMiB[gpu];
  }

  /** How many more claims can have a share of the GPU, whatever its memory; may be below 0. */
  int roomForShares(int gpu) {
    return Gpu.MAX_SHARES - gpuClaims[gpu];
  }

  int claimsOn(int gpu) {
    return gpuClaims[gpu];
  }

  /** Whether the GPU has VFs or will have some. */
  boolean isVfHost(int gpu) {
    return closed[gpu] || plans[gpu] != null;
  }

  /** Whether the source can provide a device for the request now. */
  boolean fits(Source source, DeviceRequest request) {
    return switch (source) {
      case GpuShare(int gpu) ->
          !isVfHost(gpu)
              && roomForShares(gpu) > 0
              && (request.memoryMiB() == 0 || freeMiB[gpu] >= request.memoryMiB())
              && request.selector().matches(gpus.get(gpu).uid());
      case ExistingVf(int vf) ->
          vfClaims[vf] == 0
              && vfs.get(vf).memoryMiB() >= request.memoryMiB()
              && request.selector().matches(vfs.get(vf).uid());
      case NewVf(int gpu) -> {
        VfPlan plan = planFor(gpu, request);
        yield plan != null && plan.room() > 0 && selects(gpu, request).test(plan.nextIndex());
      }
    };
  }

  /** Takes a device for the request from a source that fits. */
  DeviceShare give(Source source, DeviceRequest request) {
    return switch (source) {
      case GpuShare(int gpu) -> {
        chargeGpu(gpu, request.memoryMiB());
        yield DeviceShare.of(gpus.get(gpu).uid(), request.memoryMiB());
      }
      case ExistingVf(int vf) -> {
        vfClaims[vf]++;
        yield DeviceShare.of(vfs.get(vf).uid(), vfs.get(vf).memoryMiB());
      }
      case NewVf(int gpu) -> {
        VfPlan plan = planWithRoom(gpu, request);
        plans[gpu] = plan.with(plan.nextIndex());
        yield DeviceShare.planned(
            gpus.get(gpu).uid().vf(plan.nextIndex()),
            plan.profile().memoryMiB(),
            plan.profile().name());
      }
    };
  }

  /** Reverts {@link #give}; must be called in reverse order. */
  void takeBack(Source source, DeviceShare share) {
    switch (source) {
      case GpuShare(int gpu) -> {
        freeMiB[gpu] += share.memoryMiB();
        gpuClaims[gpu]--;
      }
      case ExistingVf(int vf) -> vfClaims[vf]--;
      case NewVf(int gpu) -> {
        VfPlan plan = plans[gpu];
        if (plan != null) {
          plans[gpu] = plan.without(share.uid().vfIndex().orElseThrow()).orElse(null);
        }
      }
    }
  }

  /** The number of VFs for this request that can be planned on the GPU. */
  int roomForVfs(int gpu, DeviceRequest request) {
    VfPlan plan = planFor(gpu, request);
    return plan == null ? 0 : plan.roomWhile(selects(gpu, request));
  }

  /** Whether the class allows the VF of this GPU with a certain index. */
  private IntPredicate selects(int gpu, DeviceRequest request) {
    DeviceSelector selector = request.selector();
    return selector.terms().isEmpty()
        ? _ -> true
        : index -> selector.matches(gpus.get(gpu).uid().vf(index));
  }

  /**
   * The memory of the next VF that is planned there for this request; call it only if there is
   * room.
   */
  int newVfMiB(NewVf source, DeviceRequest request) {
    return planWithRoom(source.gpu(), request).profile().memoryMiB();
  }

  private VfPlan planWithRoom(int gpu, DeviceRequest request) {
    VfPlan plan = planFor(gpu, request);
    if (plan == null || plan.room() == 0) {
      throw new IllegalStateException("no VF can be planned on " + gpus.get(gpu).uid());
    }
    return plan;
  }

  /**
   * The plan that a VF for this request would be added to: the existing plan, or a new one on an
   * idle GPU. Once VFs exist the kernel adds none, because it changes their number only from 0.
   */
  private @Nullable VfPlan planFor(int gpu, DeviceRequest request) {
    if (closed[gpu] || gpuClaims[gpu] > 0) {
      return null;
    }
    VfPlan plan = plans[gpu];
    if (plan != null) {
      return plan.profile().memoryMiB() >= request.memoryMiB() ? plan : null;
    }
    return VfProfiles.smallest(profiles.get(gpu), request.memoryMiB())
        .map(VfPlan::empty)
        .orElse(null);
  }

  /** The number of VFs for this request that the GPU could have if it were idle. */
  int vfsIfIdle(int gpu, DeviceRequest request) {
    return VfProfiles.smallest(profiles.get(gpu), request.memoryMiB())
        .map(profile -> VfPlan.empty(profile).roomWhile(selects(gpu, request)))
        .orElse(0);
  }

  /**
   * The ways in which the GPU could be split if it were idle, the one with the smallest VFs first.
   */
  List<VfProfile> profiles(int gpu) {
    return profiles.get(gpu);
  }

  /** Whether the VF's GPU could have other VFs if it were idle. */
  boolean canBeSplitAnew(int vf) {
    return parentOf(vfs.get(vf).uid()).filter(gpu -> !profiles.get(gpu).isEmpty()).isPresent();
  }

  boolean canBeSplitAlike(int gpu, int other) {
    return profiles.get(gpu).equals(profiles.get(other))
        && Objects.equals(plans[gpu], plans[other]);
  }

  /**
   * Whether a claim holds (and is charged here for) what it requests, on devices that still exist
   * and that no other claim has.
   */
  boolean satisfies(List<DeviceShare> held, DeviceRequest request) {
    return held.size() == request.count()
        && held.stream().map(DeviceShare::uid).distinct().count() == held.size()
        && held.stream().allMatch(share -> satisfies(share, request));
  }

  private boolean satisfies(DeviceShare share, DeviceRequest request) {
    Integer number = numbers.get(share.uid());
    return share.type() == request.type()
        && share.memoryMiB() >= request.memoryMiB()
        && request.selector().matches(share.uid())
        && switch (share.type()) {
          case GPU -> number != null && !isVfHost(number) && freeMiB[number] >= 0;
          case VF ->
              number == null
                  ? parentOf(share.uid()).filter(gpu -> isPlanned(gpu, share, request)).isPresent()
                  : vfClaims[number] == 1 && vfs.get(number).memoryMiB() >= request.memoryMiB();
        };
  }

  private boolean isPlanned(int gpu, DeviceShare share, DeviceRequest request) {
    VfPlan plan = plans[gpu];
    return !closed[gpu]
        && gpuClaims[gpu] == 0
        && plan != null
        && plan.holds(share.uid().vfIndex().orElseThrow())
        && plan.profile().memoryMiB() >= request.memoryMiB();
  }
}
