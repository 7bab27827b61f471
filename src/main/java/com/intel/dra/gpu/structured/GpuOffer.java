package com.intel.dra.gpu.structured;

import static com.intel.dra.gpu.structured.StructuredApi.MEMORY;
import static com.intel.dra.gpu.structured.StructuredApi.MILLICORES;
import static com.intel.dra.gpu.structured.StructuredApi.MILLICORES_OF_A_GPU;
import static com.intel.dra.gpu.structured.StructuredApi.SHARES;
import static com.intel.dra.gpu.structured.StructuredApi.VF_SLOTS;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.structured.DeviceFacts.Condition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRangeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumptionBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * The GPUs that a node publishes, in one way for each set of features that the cluster may have
 * enabled. With none of them can the scheduler allocate more than there is:
 *
 * <ul>
 *   <li>a GPU that is shared needs consumable capacity (Kubernetes 1.36); if that is off, the GPU
 *       is for one claim;
 *   <li>a GPU and the VFs that it could be split into exclude each other by a counter, which needs
 *       partitionable devices (1.36); if that is off, no VF is published that does not exist.
 *       Releases before 1.35 require the counters in another layout.
 * </ul>
 *
 * <p>A device that a prepared claim makes unavailable without a counter has a taint while the claim
 * holds its device: the GPU of a held VF, the VFs of a held GPU, a VF that is held by the name that
 * another driver gave it, a GPU that is published in another way than it is used, and a GPU that is
 * still shared in another way than its policy wants. So have the devices of a GPU that is withheld
 * while it is in use.
 *
 * <p>Whole GPUs come first, so that a claim with no preference gets one, then VFs, then monitors. A
 * monitor is a device for administrative access to a GPU. It has no counters and no memory, because
 * the scheduler refuses even administrative access to devices that are used up.
 *
 * @param gpus in the order in which the scheduler should try them
 * @param ready whether the kubelet can have claims prepared; otherwise new pods are kept away
 * @param monitors whether GPUs have monitors; the scheduler reads every device of a node for each
 *     pod, so they cost something even if no claim is for them
 */
public record GpuOffer(List<OfferedGpu> gpus, boolean ready, boolean monitors) {

  /**
   * The bus of the PCIe root, for claims that were written for Intel's driver in Go; deprecated
   * there.
   */
  private static final String ROOT_OF_THE_GO_DRIVER = "pciRoot";

  public GpuOffer {
    gpus = List.copyOf(gpus);
  }

  /** The offer of a node that is ready, with monitors. */
  public GpuOffer(List<OfferedGpu> gpus) {
    this(gpus, true, true);
  }

  /**
   * The ways to publish the GPUs, the best first; the last one is for clusters with none of the
   * features. No two are equal.
   *
   * @param sharesAreCharged whether the scheduler still charges the counters of a GPU with its
   *     shares when it evaluates them again; it does so from 1.36.2 on
   */
  public List<OfferedDevices> inOrderOfPreference(boolean sharesAreCharged) {
    var exclusive = new Way.NothingShared();
    SequencedSet<OfferedDevices> ways = new LinkedHashSet<>();
    var wanted = new Way.AsWanted();
    OfferedDevices best = way(wanted, true);
    if (sharesAreCharged || best.counterSets().isEmpty()) {
      ways.add(best);
    }
    OfferedDevices counted = way(exclusive, true);
    ways.add(counted);
    if (!counted.counterSets().isEmpty()) {
      ways.add(counted.withCountersBesideDevices());
    }
    ways.add(way(wanted, false));
    ways.add(way(exclusive, false));
    return List.copyOf(ways);
  }

  /** How GPUs are published. */
  private sealed interface Way {
    /** As its policy says, or in the way in which the GPU is still used. */
    record AsWanted() implements Way {}

    /** For clusters where no device can be shared. */
    record NothingShared() implements Way {}
  }

  private static GpuSharing sharing(Way way, OfferedGpu offered) {
    return switch (way) {
      case Way.NothingShared _ -> new GpuSharing.Exclusive();
      case Way.AsWanted _ -> offered.sharingNow();
    };
  }

  private OfferedDevices way(Way way, boolean withVfsOnDemand) {
    var counterSets = new ArrayList<CounterSet>();
    var whole = new ArrayList<Device>();
    var vfs = new ArrayList<Device>();
    var monitorDevices = new ArrayList<Device>();
    for (OfferedGpu offered : gpus) {
      if (offered.withheld() && !offered.isInUse()) {
        continue;
      }
      if (monitors && offered.facts().condition() == Condition.WELL && !offered.withheld()) {
        monitorDevices.add(monitor(offered)); // another GPU has no working device to monitor
      }
      int wholeBefore = whole.size();
      int vfsBefore = vfs.size();
      int published = 0;
      switch (offered.vfs()) {
        case OfferedGpu.Vfs.OnDemand(VfProfile profile, Optional<String> failure, var _, var _)
            when withVfsOnDemand -> {
          counterSets.add(slots(offered, profile.numVfs()));
          published = profile.numVfs();
          whole.add(
              gpu(
                  offered,
                  sharing(way, offered),
                  charge(offered, published),
                  offered.hasHeldVfsBeyond(published)));
          for (int index = 0; index < profile.numVfs(); index++) {
            vfs.add(vfOnDemand(offered, profile, failure, index));
          }
        }
        case OfferedGpu.Vfs.Existing(List<Gpu> existing) ->
            existing.forEach(vf -> vfs.add(existingVf(offered, vf)));
        case OfferedGpu.Vfs.OnDemand _, OfferedGpu.Vfs.None _ ->
            whole.add(gpu(offered, sharing(way, offered), List.of(), offered.hasHeldVfsBeyond(0)));
      }
      addLost(offered, published, vfs);
      if (offered.withheld()) {
        whole.subList(wholeBefore, whole.size()).forEach(GpuOffer::leaveToItsClaims);
      }
      if (offered.withheld()
          || hasClosedVfs(offered)
          || (way instanceof Way.NothingShared && offered.mayBeShared())) {
        vfs.subList(vfsBefore, vfs.size()).forEach(GpuOffer::leaveToItsClaims);
      }
    }
    boolean shared =
        whole.stream().anyMatch(device -> device.getAllowMultipleAllocations() != null);
    var devices = new ArrayList<>(whole);
    devices.addAll(vfs);
    devices.addAll(monitorDevices);
    if (!ready) {
      devices.forEach(device -> keepOthersAway(device, StructuredApi.NOT_READY_TAINT));
    }
    return new OfferedDevices(
        (shared ? "shared" : "exclusive") + (counterSets.isEmpty() ? "" : "-vfs-on-demand"),
        counterSets,
        devices,
        false);
  }

  /** Publishes held VFs that are gone, with the taint that evicts their pods. */
  private static void addLost(OfferedGpu offered, int published, List<Device> vfs) {
    offered
        .heldVfs()
        .tailMap(published)
        .forEach(
            (index, held) -> {
              DeviceUid uid = offered.gpu().uid().vf(index);
              boolean isThere =
                  offered.vfs() instanceof OfferedGpu.Vfs.Existing(List<Gpu> existing)
                      && existing.stream().anyMatch(vf -> vf.uid().equals(uid));
              if (!isThere && offered.conditionOf(index) == Condition.UNWELL) {
                vfs.add(
                    vf(offered, uid, Optional.empty(), held.memoryMiB())
                        .addToCapacity(MILLICORES, number(MILLICORES_OF_A_GPU))
                        .withTaints(taints(Condition.UNWELL))
                        .build());
              }
            });
  }

  private static void leaveToItsClaims(Device device) {
    if (device.getTaints().stream()
        .noneMatch(is -> is.getKey().equals(StructuredApi.IN_USE_TAINT))) {
      keepOthersAway(device, StructuredApi.IN_USE_TAINT);
    }
  }

  private static void keepOthersAway(Device device, String taint) {
    var taints = new ArrayList<>(device.getTaints());
    taints.add(taint(taint, StructuredApi.NO_SCHEDULE));
    device.setTaints(taints);
  }

  /**
   * @param excluded whether claims hold VFs that the counters do not cover
   */
  private static Device gpu(
      OfferedGpu offered,
      GpuSharing sharing,
      List<DeviceCounterConsumption> charge,
      boolean excluded) {
    Gpu gpu = offered.gpu();
    var device = device(offered, DeviceName.of(gpu.uid()), "gpu", Optional.of(gpu));
    switch (sharing) {
      case GpuSharing.Exclusive _ ->
          device
              .addToCapacity(MEMORY, mib(gpu.memoryMiB()))
              .addToCapacity(MILLICORES, number(MILLICORES_OF_A_GPU));
      case GpuSharing.ByMemory shares ->
          device
              .withAllowMultipleAllocations(true)
              .addToCapacity(
                  MEMORY,
                  shareOf(shares.sharableMiB(gpu.memoryMiB()), shares.bounded(gpu.memoryMiB())))
              .addToCapacity(MILLICORES, unasked(number(MILLICORES_OF_A_GPU)));
      case GpuSharing.ByCount shares -> addShares(device, gpu, shares);
      case GpuSharing.Unlimited unlimited -> addShares(device, gpu, unlimited.counted());
    }
    boolean usedOtherwise =
        offered.mayBeShared()
            && (sharing instanceof GpuSharing.Exclusive || offered.isUsedOtherwiseThanWanted());
    return device
        .withConsumesCounters(charge)
        .withTaints(taintsOfTheGpu(offered, excluded || usedOtherwise))
        .build();
  }

  /** A share takes no memory unless its claim requests some, which is then counted too. */
  private static void addShares(DeviceBuilder device, Gpu gpu, GpuSharing.ByCount shares) {
    device
        .withAllowMultipleAllocations(true)
        .addToCapacity(SHARES, counted(shares))
        .addToCapacity(MEMORY, unasked(mib(gpu.memoryMiB())))
        .addToCapacity(MILLICORES, unasked(number(MILLICORES_OF_A_GPU)));
  }

  private static boolean hasClosedVfs(OfferedGpu offered) {
    return offered.vfs() instanceof OfferedGpu.Vfs.OnDemand(var _, var _, var _, boolean isClosed)
        && isClosed;
  }

  private static Device vfOnDemand(
      OfferedGpu offered, VfProfile profile, Optional<String> failure, int index) {
    List<DeviceTaint> taints = taints(offered.conditionOf(index));
    if (failure.isPresent()) {
      taints.add(taint(StructuredApi.VFS_FAILED_TAINT, StructuredApi.NO_SCHEDULE));
    }
    DeviceUid uid = offered.gpu().uid().vf(index);
    return vf(offered, uid, Optional.empty(), profile.memoryMiB())
        .addToAttributes("profile", text(profile.name()))
        .addToCapacity(MILLICORES, number(MILLICORES_OF_A_GPU / profile.numVfs()))
        .withConsumesCounters(charge(offered, 1))
        .withTaints(taints)
        .build();
  }

  private static Device existingVf(OfferedGpu offered, Gpu vf) {
    int index = vf.uid().vfIndex().orElseThrow();
    List<DeviceTaint> taints = taints(offered.conditionOf(index));
    if (!(offered.use() instanceof OfferedGpu.Use.None) || offered.isTakenByAnotherName(index)) {
      taints.add(taint(StructuredApi.IN_USE_TAINT, StructuredApi.NO_SCHEDULE));
    }
    return vf(offered, vf.uid(), Optional.of(vf), vf.memoryMiB())
        .addToCapacity(MILLICORES, number(MILLICORES_OF_A_GPU))
        .withTaints(taints)
        .build();
  }

  private static DeviceBuilder vf(
      OfferedGpu offered, DeviceUid uid, Optional<Gpu> function, int memoryMiB) {
    Condition condition = offered.conditionOf(uid.vfIndex().orElseThrow());
    return device(offered, DeviceName.of(uid), "vf", function)
        .addToAttributes("health", health(condition))
        .addToAttributes("parent", text(DeviceName.of(offered.gpu().uid()).toString()))
        .addToCapacity(MEMORY, mib(memoryMiB));
  }

  private static Device monitor(OfferedGpu offered) {
    return device(
            offered,
            DeviceName.monitorOf(offered.gpu().uid()),
            "monitor",
            Optional.of(offered.gpu()))
        .build();
  }

  /**
   * @param function the PCI function, if it exists already
   */
  private static DeviceBuilder device(
      OfferedGpu offered, DeviceName name, String type, Optional<Gpu> function) {
    DeviceFacts facts = offered.facts();
    var attributes = new TreeMap<String, DeviceAttribute>();
    attributes.put("driver", text(facts.kernelDriver()));
    attributes.put("family", text(facts.family()));
    attributes.put("health", health(facts.condition()));
    attributes.put("model", text(facts.model()));
    attributes.put("pciId", text(offered.gpu().uid().model().value()));
    attributes.put("type", text(type));
    var sriov = new DeviceAttribute();
    sriov.setBool(facts.sriov() && type.equals("gpu"));
    attributes.put("sriov", sriov);
    facts
        .pcieRoot()
        .ifPresent(root -> attributes.put("resource.kubernetes.io/pcieRoot", text(root)));
    facts
        .numaNode()
        .ifPresent(
            node -> {
              var number = new DeviceAttribute();
              number.setInt((long) node);
              attributes.put("resource.kubernetes.io/numaNode", number);
            });
    function.ifPresent(
        gpu -> {
          attributes.put("resource.kubernetes.io/pciBusID", text(gpu.address().toString()));
          facts
              .pcieRoot()
              .map(root -> root.substring(root.lastIndexOf(':') + 1))
              .ifPresent(bus -> attributes.put(ROOT_OF_THE_GO_DRIVER, text(bus)));
        });
    return new DeviceBuilder().withName(name.toString()).withAttributes(attributes);
  }

  private static CounterSet slots(OfferedGpu offered, int count) {
    return new CounterSetBuilder()
        .withName(counterSet(offered))
        .addToCounters(VF_SLOTS, counter(count))
        .build();
  }

  private static List<DeviceCounterConsumption> charge(OfferedGpu offered, int slots) {
    return List.of(
        new DeviceCounterConsumptionBuilder()
            .withCounterSet(counterSet(offered))
            .addToCounters(VF_SLOTS, counter(slots))
            .build());
  }

  private static String counterSet(OfferedGpu offered) {
    return DeviceName.of(offered.gpu().uid()).toString();
  }

  private static Counter counter(int value) {
    var counter = new Counter();
    counter.setValue(new Quantity(Integer.toString(value)));
    return counter;
  }

  private static List<DeviceTaint> taintsOfTheGpu(OfferedGpu offered, boolean excluded) {
    List<DeviceTaint> taints = taints(offered.facts().condition());
    if (excluded) {
      taints.add(taint(StructuredApi.IN_USE_TAINT, StructuredApi.NO_SCHEDULE));
    }
    if (offered.vfs() instanceof OfferedGpu.Vfs.OnDemand(var _, var _, boolean blocks, var _)
        && blocks) {
      taints.add(taint(StructuredApi.VFS_FAILED_TAINT, StructuredApi.NO_SCHEDULE));
    }
    return taints;
  }

  /** A modifiable list. */
  private static List<DeviceTaint> taints(Condition condition) {
    var taints = new ArrayList<DeviceTaint>();
    switch (condition) {
      case WELL -> {}
      case IN_DOUBT -> taints.add(taint(StructuredApi.UNHEALTHY_TAINT, StructuredApi.NO_SCHEDULE));
      case UNWELL -> taints.add(taint(StructuredApi.UNHEALTHY_TAINT, StructuredApi.NO_EXECUTE));
    }
    return taints;
  }

  private static DeviceAttribute health(Condition condition) {
    return text(condition == Condition.WELL ? "Healthy" : "Unhealthy");
  }

  private static DeviceTaint taint(String key, String effect) {
    return new DeviceTaintBuilder().withKey(key).withEffect(effect).build();
  }

  private static DeviceCapacity shareOf(int sharableMiB, GpuSharing.ByMemory shares) {
    return new DeviceCapacityBuilder(mib(sharableMiB))
        .withNewRequestPolicy()
        .withDefault(mibQuantity(shares.defaultMiB(sharableMiB)))
        .withValidRange(
            range(shares.minimumMiB(), sharableMiB, shares.stepMiB(), GpuOffer::mibQuantity))
        .endRequestPolicy()
        .build();
  }

  private static DeviceCapacity counted(GpuSharing.ByCount shares) {
    return new DeviceCapacityBuilder(number(shares.count()))
        .withNewRequestPolicy()
        .withDefault(quantity(shares.unasked()))
        .withValidRange(range(shares.minimumShares(), shares.count(), 1, GpuOffer::quantity))
        .endRequestPolicy()
        .build();
  }

  /** The API server refuses a step that leads beyond the capacity, so there is none then. */
  private static CapacityRequestPolicyRange range(
      int min, int max, int step, IntFunction<Quantity> unit) {
    var range =
        new CapacityRequestPolicyRangeBuilder().withMin(unit.apply(min)).withMax(unit.apply(max));
    return step <= max - min ? range.withStep(unit.apply(step)).build() : range.build();
  }

  /**
   * A capacity of which a share gets none unless it requests some; without a policy the first share
   * would take all.
   */
  private static DeviceCapacity unasked(DeviceCapacity value) {
    return new DeviceCapacityBuilder(value)
        .withNewRequestPolicy()
        .withDefault(new Quantity("0"))
        .withNewValidRange()
        .withMin(new Quantity("0"))
        .endValidRange()
        .endRequestPolicy()
        .build();
  }

  private static DeviceCapacity mib(int value) {
    return new DeviceCapacityBuilder().withValue(mibQuantity(value)).build();
  }

  private static Quantity mibQuantity(int value) {
    return new Quantity(value + "Mi");
  }

  private static DeviceCapacity number(int value) {
    return new DeviceCapacityBuilder().withValue(quantity(value)).build();
  }

  private static Quantity quantity(int value) {
    return new Quantity(Integer.toString(value));
  }

  private static DeviceAttribute text(String value) {
    var attribute = new DeviceAttribute();
    attribute.setString(value);
    return attribute;
  }

  /** The attributes of the device where everything that is wanted is published. */
  public Map<String, DeviceAttribute> attributes(String deviceName) {
    return way(new Way.AsWanted(), true).devices().stream()
        .filter(device -> deviceName.equals(device.getName()))
        .findFirst()
        .map(Device::getAttributes)
        .orElseGet(Map::of);
  }

  /** The offered device with this name, if the node can prepare it. */
  public Optional<PreparableDevice> find(String deviceName) {
    return DeviceName.parse(deviceName).flatMap(this::find);
  }

  private Optional<PreparableDevice> find(DeviceName name) {
    DeviceUid gpuUid = name.uid().gpu();
    return gpus.stream()
        .filter(offered -> offered.gpu().uid().equals(gpuUid))
        .findFirst()
        .flatMap(offered -> preparable(name, offered));
  }

  private static Optional<PreparableDevice> preparable(DeviceName name, OfferedGpu offered) {
    if (name.monitor()) {
      return Optional.of(new PreparableDevice.Monitor(offered.gpu().uid()));
    }
    if (name.uid().parent().isEmpty()) {
      return Optional.of(
          new PreparableDevice.WholeGpu(
              offered.gpu().uid(), offered.gpu().memoryMiB(), offered.countedShares()));
    }
    return switch (offered.vfs()) {
      case OfferedGpu.Vfs.None _ -> Optional.empty();
      case OfferedGpu.Vfs.Existing(List<Gpu> vfs) ->
          vfs.stream()
              .filter(vf -> vf.uid().equals(name.uid()))
              .findFirst()
              .map(vf -> new PreparableDevice.Vf(vf.uid(), vf.memoryMiB(), ""));
      case OfferedGpu.Vfs.OnDemand(VfProfile profile, var _, var _, var _) ->
          Optional.of(name.uid())
              .filter(vf -> vf.vfIndex().orElseThrow() < profile.numVfs())
              .map(vf -> new PreparableDevice.Vf(vf, profile.memoryMiB(), profile.name()));
    };
  }
}
