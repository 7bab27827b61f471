package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A node as every source should see it. The parts of the picture are separate, so that a test can
 * change single ones.
 */
public final class SnapshotParts {

  static final String BOOT = "boot-1";
  public static final int GPU_MIB = 16_000;
  public static final int VFS = 4;
  public static final int VF_MIB = 4_000;
  static final Path CDI_FILE = Path.of("/var/run/cdi/intel.com-gpu.yaml");

  /** What made a GPU's VFs. */
  public enum Split {
    NO,
    BY_THE_DRIVER,
    BY_SOMEBODY_ELSE
  }

  public final DraMode mode;
  public boolean removesForeignVfs;
  public final List<Gpu> devices = new ArrayList<>();
  public final Map<DeviceUid, NodeSnapshot.Sriov> sriov = new TreeMap<>();
  public Optional<String> cdiUnreadable = Optional.empty();
  public final Map<String, List<String>> spec = new TreeMap<>();
  final Map<String, List<String>> wanted = new TreeMap<>();
  public final Map<Path, Set<String>> elsewhere = new TreeMap<>();
  public final Map<String, PreparedClaim> prepared = new TreeMap<>();
  public boolean preparedComplete = true;
  public Optional<String> preparedUnreadable = Optional.empty();
  public final Map<String, VfHostRecord> vfHosts = new TreeMap<>();
  public Optional<String> vfHostsUnreadable = Optional.empty();
  public String bootOfFiles = BOOT;
  public boolean gasIsThere = true;
  public boolean ready = true;
  public final Map<String, AllocatableDevice> allocatable = new TreeMap<>();
  public final Map<String, List<AllocatedDevice>> preparedInGas = new TreeMap<>();
  public final Map<String, ClaimAllocation> allocations = new TreeMap<>();
  public final Map<String, NodeSnapshot.ClaimHere> claims = new TreeMap<>();
  public boolean allClaims = true;
  public final Set<String> published = new TreeSet<>();
  public long announcedSlices = 2;
  public final List<PluginSocket> sockets = new ArrayList<>();
  public boolean monitors = true;
  public final List<Path> leftovers = new ArrayList<>();

  public SnapshotParts(DraMode mode) {
    this.mode = mode;
    sockets.add(
        new PluginSocket(Path.of("/registry/reg.sock"), PluginSocket.Kind.REGISTRATION, true));
    sockets.add(new PluginSocket(Path.of("/plugin/dra.sock"), PluginSocket.Kind.PLUGIN, true));
  }

  /** Adds a GPU with its VFs to all sources. */
  public DeviceUid addGpu(Split split) {
    var address = new PciAddress(0, 3 + sriov.size(), 0, 0);
    var uid = DeviceUid.gpu(address, new PciDeviceId("0x56c0"));
    add(uid, address, GPU_MIB, 16);
    published.add(DeviceName.monitorOf(uid).toString());
    switch (split) {
      case NO -> {
        sriov.put(uid, new NodeSnapshot.Sriov(OptionalInt.of(0), Map.of(), List.of()));
        published.add(DeviceName.of(uid).toString());
      }
      case BY_THE_DRIVER -> {
        addVfs(uid);
        vfHosts.put(uid.toString(), new VfHostRecord("flex170_m4", VF_MIB, true));
        published.add(DeviceName.of(uid).toString());
      }
      case BY_SOMEBODY_ELSE -> {
        addVfs(uid);
        for (int index = 0; index < VFS; index++) {
          published.add(DeviceName.of(uid.vf(index)).toString());
        }
      }
    }
    return uid;
  }

  private void addVfs(DeviceUid gpu) {
    var memoryBytes = new TreeMap<Integer, Long>();
    for (int index = 0; index < VFS; index++) {
      add(gpu.vf(index), new PciAddress(0, gpu.address().bus(), 2, index), VF_MIB, 0);
      memoryBytes.put(index, (long) VF_MIB << 20);
    }
    sriov.put(
        gpu,
        new NodeSnapshot.Sriov(
            OptionalInt.of(VFS), memoryBytes, List.of("iov/vf1/gt/lmem_quota=4194304000")));
  }

  private void add(DeviceUid uid, PciAddress address, int memoryMiB, int maxVfs) {
    int card = devices.size();
    devices.add(
        new Gpu(uid, address, memoryMiB, maxVfs, new DrmNodes(card, OptionalInt.of(128 + card))));
    List<String> nodes = List.of("/dev/dri/card" + card, "/dev/dri/renderD" + (128 + card));
    spec.put(uid.toString(), nodes);
    wanted.put(uid.toString(), nodes);
    allocatable.put(
        uid.toString(),
        new AllocatableDevice(
            maxVfs,
            memoryMiB,
            uid.model().value(),
            uid.parent().map(DeviceUid::toString).orElse(""),
            uid.type().wireName(),
            uid.toString()));
  }

  /** Adds a claim that holds the device to all sources. */
  public void addClaim(String uid, DeviceUid device, int memoryMiB, boolean isPrepared) {
    List<AllocatedDevice> held =
        List.of(
            new AllocatedDevice(
                memoryMiB,
                device.parent().map(DeviceUid::toString).orElse(""),
                "",
                device.type().wireName(),
                device.toString()));
    allocations.put(uid, new ClaimAllocation(held, ""));
    claims.put(uid, new NodeSnapshot.ClaimHere("default/" + uid, Set.of(device.toString()), true));
    if (isPrepared) {
      prepared.put(uid, new PreparedClaim("default", uid, held));
      preparedInGas.put(uid, held);
    }
  }

  /** A node that has at least one object of every kind. */
  public static SnapshotParts rich(DraMode mode) {
    var parts = new SnapshotParts(mode);
    DeviceUid shared = parts.addGpu(Split.NO);
    DeviceUid split = parts.addGpu(Split.BY_THE_DRIVER);
    DeviceUid foreign = parts.addGpu(Split.BY_SOMEBODY_ELSE);
    parts.addGpu(Split.NO);
    parts.addClaim("claim-1", shared, 4_000, true);
    parts.addClaim("claim-2", shared, 12_000, false);
    parts.addClaim("claim-3", split.vf(0), 3_000, true);
    parts.addClaim("claim-4", split.vf(2), VF_MIB, false);
    parts.addClaim("claim-5", foreign.vf(1), VF_MIB, true);
    return parts;
  }

  public NodeSnapshot snapshot() {
    return new NodeSnapshot(
        "GpuAllocationState gpu/node1",
        mode,
        removesForeignVfs,
        new Observed.Seen<>(
            new NodeSnapshot.Hardware(
                devices, Set.copyOf(devices.stream().map(Gpu::uid).toList()), sriov)),
        new Observed.Seen<>(new NodeSnapshot.Cdi(CDI_FILE, cdiUnreadable, spec, wanted, elsewhere)),
        new NodeSnapshot.StateFile<>(
            Path.of("/state/prepared-claims.json"),
            file(preparedUnreadable, new StateOnDisk.Prepared(preparedComplete, prepared)),
            BOOT),
        new NodeSnapshot.StateFile<>(
            Path.of("/state/vf-hosts.json"), file(vfHostsUnreadable, Map.copyOf(vfHosts)), BOOT),
        new Observed.Seen<>(
            gasIsThere
                ? Optional.of(
                    new NodeSnapshot.Gas(
                        new GpuAllocationStateSpec(allocatable, preparedInGas, allocations), ready))
                : Optional.empty()),
        new Observed.Seen<>(new NodeSnapshot.Claims(claims, Set.of(), allClaims)),
        switch (mode) {
          case CLASSIC -> new Observed.NotSeen<>("classic DRA has none");
          case STRUCTURED ->
              new Observed.Seen<>(
                  new NodeSnapshot.Slices(monitors, published, announcedSlices, 2, List.of()));
        },
        new Observed.Seen<>(sockets),
        leftovers);
  }

  private <T> StateOnDisk.Content<T> file(Optional<String> unreadable, T records) {
    return unreadable
        .<StateOnDisk.Content<T>>map(StateOnDisk.Content.Unreadable::new)
        .orElseGet(() -> new StateOnDisk.Content.Valid<>(bootOfFiles, records));
  }
}
