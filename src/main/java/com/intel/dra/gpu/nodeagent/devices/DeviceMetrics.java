package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.DeviceHolders;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.GpuModel;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Meters.Counters;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.SkipReason;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Metrics of the node's devices and of the claims that hold them. Each scrape counts them from what
 * the agent knows, from its informer's GAS and from its last scan of sysfs.
 */
@Singleton
public class DeviceMetrics {

  private static final long BYTES_PER_MIB = 1L << 20;

  private final Meters meters;
  private final NodeDevices devices;
  private final VfHosts hosts;
  private final GasInformer gas;
  private final Counters discoveryErrors;
  private final Set<PciDeviceId> models = ConcurrentHashMap.newKeySet();
  private volatile List<SkippedDevice> skipped = List.of();

  @Inject
  public DeviceMetrics(Meters meters, NodeDevices devices, VfHosts hosts, GasInformer gas) {
    this.meters = meters;
    this.devices = devices;
    this.hosts = hosts;
    this.gas = gas;
    this.discoveryErrors = meters.counters(Metric.DISCOVERY_ERRORS);
    for (State state : State.values()) {
      meters.gauge(Metric.DEVICE_HEALTH, () -> gpusIn(state), label(state));
    }
    for (SkipReason reason : SkipReason.values()) {
      meters.gauge(Metric.SKIPPED_DEVICES, () -> skippedFor(reason), label(reason));
    }
    meters.gauge(Metric.ALLOCATED_CLAIMS, () -> spec().resourceClaimAllocations().size());
  }

  /**
   * The values of {@link GpuHealth}, and one for a GPU whose answer the agent awaits; for a label.
   */
  private enum State {
    HEALTHY,
    SURVIVABILITY,
    NO_DRM_NODES,
    OTHER_DRIVER,
    UNREADABLE,
    VANISHED,
    UNRESPONSIVE;

    static State of(GpuHealth health) {
      return switch (health) {
        case GpuHealth.Healthy _ -> HEALTHY;
        case GpuHealth.Survivability _ -> SURVIVABILITY;
        case GpuHealth.NoDrmNodes _ -> NO_DRM_NODES;
        case GpuHealth.OtherDriver _ -> OTHER_DRIVER;
        case GpuHealth.Unreadable _ -> UNREADABLE;
        case GpuHealth.Vanished _ -> VANISHED;
      };
    }
  }

  /** A scan of the node's devices found these. */
  void discovered(Discovery found) {
    skipped = found.skipped();
    found.devices().stream().map(Gpu::uid).map(DeviceUid::model).forEach(this::show);
  }

  /** A scan of the node's devices failed. */
  void discoveryFailed() {
    discoveryErrors.increment();
  }

  /** Keeps models that were once here, so that a figure falls to 0 when the last GPU goes. */
  private void show(PciDeviceId model) {
    if (models.add(model)) {
      String name = name(model);
      meters.gauge(Metric.GPUS, () -> offered(name, DeviceType.GPU).count(), name);
      meters.gauge(Metric.VFS, () -> offered(name, DeviceType.VF).count(), name);
      meters.gauge(
          Metric.MEMORY_ALLOCATABLE,
          () ->
              BYTES_PER_MIB
                  * offered(name, DeviceType.GPU).mapToLong(AllocatableDevice::memory).sum(),
          name);
      meters.gauge(Metric.MEMORY_ALLOCATED, () -> BYTES_PER_MIB * heldMib(name), name);
      meters.gauge(
          Metric.SHARES_ALLOCATABLE,
          () -> offered(name, DeviceType.GPU).mapToLong(AllocatableDevice::shares).sum(),
          name);
      meters.gauge(Metric.SHARES_ALLOCATED, () -> heldShares(name), name);
    }
  }

  /**
   * Returns the name that devices of structured DRA have as well, or the PCI device id if the model
   * is unknown.
   */
  private static String name(PciDeviceId id) {
    String model = GpuModels.of(id).model();
    return model.equals(GpuModel.UNKNOWN) ? id.value() : model;
  }

  private GpuAllocationStateSpec spec() {
    return gas.current().map(GpuAllocationState::getSpec).orElse(GpuAllocationStateSpec.EMPTY);
  }

  private Stream<AllocatableDevice> offered(String model, DeviceType type) {
    return spec().allocatable().values().stream()
        .filter(device -> !device.sharing().equals(AllocatableDevice.WITHHELD))
        .filter(
            device ->
                DeviceUid.parse(device.uid())
                    .filter(uid -> uid.type() == type && name(uid.model()).equals(model))
                    .isPresent());
  }

  private long heldMib(String model) {
    return DeviceHolders.of(spec()).byDevice().entrySet().stream()
        .filter(
            device ->
                DeviceUid.parse(device.getKey())
                    .filter(uid -> name(uid.model()).equals(model))
                    .isPresent())
        .flatMap(device -> device.getValue().values().stream())
        .mapToLong(Integer::longValue)
        .sum();
  }

  private long heldShares(String model) {
    return spec().prepared().values().stream()
        .flatMap(List::stream)
        .filter(
            device ->
                DeviceUid.parse(device.uid())
                    .filter(uid -> name(uid.model()).equals(model))
                    .isPresent())
        .mapToLong(AllocatedDevice::shares)
        .sum();
  }

  private long gpusIn(State state) {
    Map<DeviceUid, VfHostState> states = hosts.states();
    return devices.facts().stream()
        .filter(gpu -> gpu.uid().type() == DeviceType.GPU)
        .filter(gpu -> state(gpu, states) == state)
        .count();
  }

  private static State state(GpuFacts gpu, Map<DeviceUid, VfHostState> states) {
    return gpu.health().isHealthy() && states.get(gpu.uid()) instanceof VfHostState.Unknown
        ? State.UNRESPONSIVE
        : State.of(gpu.health());
  }

  private long skippedFor(SkipReason reason) {
    return skipped.stream().filter(device -> device.reason() == reason).count();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
