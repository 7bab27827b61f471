package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * A GPU that the kernel has, with its VFs. Everything but the two locks is guarded by the monitor
 * of {@link KernelGpus}.
 */
final class KernelPf {

  private final PlacedGpu placed;
  private final Map<String, PfFile> files;
  private final ReentrantLock deviceLock = new ReentrantLock();
  private final ReentrantLock provisioningLock = new ReentrantLock();
  private final FaultSwitch faults = new FaultSwitch(RandomGenerator.getDefault());
  private PfState state;
  private List<VisibleVf> vfs = List.of();
  private Optional<Fault.Survivability.Type> survivability = Optional.empty();
  private boolean changingVfs;
  private long enabledAt;

  private Optional<KernelTree.Device> shownDevice = Optional.empty();
  private List<KernelTree.PciFunction> shown = List.of();

  KernelPf(PlacedGpu placed) {
    this.placed = placed;
    this.state = PfState.initial(placed.gpu());
    this.files = PfFile.of(placed);
  }

  PlacedGpu placed() {
    return placed;
  }

  PciAddress address() {
    return placed.gpu().address();
  }

  /** Where a VF of this GPU is that has this card. */
  PciPlacement placement(VisibleVf vf, int cardIndex) {
    return new PciPlacement(vf.address(), placed.gpu().driver(), cardIndex);
  }

  /**
   * @param path below the folder of the GPU's device
   */
  Optional<PfFile> file(String path) {
    return Optional.ofNullable(files.get(path));
  }

  /** Held while VFs are made or removed. */
  ReentrantLock deviceLock() {
    return deviceLock;
  }

  /** Held during every write; of the two locks, this one is taken second. */
  ReentrantLock provisioningLock() {
    return provisioningLock;
  }

  FaultSwitch faults() {
    return faults;
  }

  PfState state() {
    return state;
  }

  void setState(PfState next) {
    state = next;
  }

  List<VisibleVf> vfs() {
    return vfs;
  }

  void setVfs(List<VisibleVf> next) {
    vfs = next;
  }

  Optional<Fault.Survivability.Type> survivability() {
    return survivability;
  }

  void setSurvivability(Optional<Fault.Survivability.Type> next) {
    survivability = next;
  }

  /** Whether VFs are being removed at this moment, so that nothing else may change them. */
  boolean changingVfs() {
    return changingVfs;
  }

  void setChangingVfs(boolean changing) {
    changingVfs = changing;
  }

  /** The time of the clock at which VFs were enabled last. */
  long enabledAt() {
    return enabledAt;
  }

  void setEnabledAt(long nanoTime) {
    enabledAt = nanoTime;
  }

  /** Whether readers see all VFs that are enabled, with their DRM nodes, and no others. */
  boolean isSettled() {
    return vfs.size() == state.numVfs()
        && vfs.stream().allMatch(vf -> !vf.bound() || vf.cardIndex().isPresent());
  }

  /** Whether VFs are there although none is enabled. */
  boolean vfsLeft() {
    return state.numVfs() == 0 && !vfs.isEmpty();
  }

  boolean hasDrm() {
    return device().hasDrm();
  }

  /** Computed again only after a change, because most writes are to one GPU of many. */
  List<KernelTree.PciFunction> functions() {
    KernelTree.Device device = device();
    if (!shownDevice.equals(Optional.of(device))) {
      shown = KernelTree.functions(device);
      shownDevice = Optional.of(device);
    }
    return shown;
  }

  private KernelTree.Device device() {
    return new KernelTree.Device(placed.placement(), state, vfs, survivability);
  }
}
