package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.DeviceHolders;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What one look saw of a node, separately for each source.
 *
 * @param gasName the name of the GpuAllocationState, for reports
 * @param gas empty if there is none
 * @param removesForeignVfs whether this driver removes VFs that it did not make
 * @param slices only in structured DRA
 * @param leftovers files that an unfinished write left behind
 */
public record NodeSnapshot(
    String gasName,
    DraMode mode,
    boolean removesForeignVfs,
    Observed<Hardware> hardware,
    Observed<Cdi> cdi,
    StateFile<StateOnDisk.Prepared> prepared,
    StateFile<Map<String, VfHostRecord>> vfHosts,
    Observed<Optional<Gas>> gas,
    Observed<Claims> claims,
    Observed<Slices> slices,
    Observed<List<PluginSocket>> sockets,
    List<Path> leftovers) {

  public NodeSnapshot {
    leftovers = List.copyOf(leftovers);
  }

  /** Which claims hold which devices, according to the GAS and the file on disk. */
  public DeviceHolders holders() {
    var onDisk = new HashMap<String, List<AllocatedDevice>>();
    prepared
        .records()
        .ifPresent(
            records ->
                records
                    .byUid()
                    .forEach((claim, prepared) -> onDisk.put(claim, prepared.devices())));
    return DeviceHolders.of(
        gas.seen().flatMap(seen -> seen).map(Gas::spec).orElse(GpuAllocationStateSpec.EMPTY),
        onDisk);
  }

  /**
   * @param devices the GPUs and VFs that can be used
   * @param named every GPU and VF that exists, usable or not
   * @param sriov by GPU
   */
  public record Hardware(List<Gpu> devices, Set<DeviceUid> named, Map<DeviceUid, Sriov> sriov) {
    public Hardware {
      devices = List.copyOf(devices);
      named = Set.copyOf(named);
      sriov = Map.copyOf(sriov);
    }
  }

  /**
   * @param numVfs empty if the GPU does not say
   * @param memoryBytes by VF index, for the VFs that the kernel reports
   * @param changed the SR-IOV files whose content differs from that of a GPU that was never split
   */
  public record Sriov(OptionalInt numVfs, Map<Integer, Long> memoryBytes, List<String> changed) {
    public Sriov {
      memoryBytes = Map.copyOf(memoryBytes);
      changed = List.copyOf(changed);
    }
  }

  /**
   * @param unreadable why the spec cannot be read
   * @param spec the host paths of the device nodes, by device
   * @param wanted the spec that follows from the present hardware
   * @param elsewhere devices of the same kind in other files
   */
  public record Cdi(
      Path file,
      Optional<String> unreadable,
      Map<String, List<String>> spec,
      Map<String, List<String>> wanted,
      Map<Path, Set<String>> elsewhere) {
    public Cdi {
      spec = Map.copyOf(spec);
      wanted = Map.copyOf(wanted);
      elsewhere = Map.copyOf(elsewhere);
    }
  }

  /**
   * @param thisBoot the current boot id
   */
  public record StateFile<T>(Path file, StateOnDisk.Content<T> content, String thisBoot) {

    /** The records of this boot; empty if the file cannot be read or is from another boot. */
    public Optional<T> records() {
      return content instanceof StateOnDisk.Content.Valid<T>(String bootId, T records)
              && bootId.equals(thisBoot)
          ? Optional.of(records)
          : Optional.empty();
    }
  }

  /** The GpuAllocationState: what the agent publishes in it, and the controller's records. */
  public record Gas(GpuAllocationStateSpec spec, boolean ready) {}

  /**
   * The claims at the API server.
   *
   * @param here the claims that are allocated to this node, by UID
   * @param notHere UIDs that were requested and are not allocated to this node
   * @param all whether all claims were read, so that any other UID is not here either
   */
  public record Claims(Map<String, ClaimHere> here, Set<String> notHere, boolean all) {
    public Claims {
      here = Map.copyOf(here);
      notHere = Set.copyOf(notHere);
    }

    public boolean isNotHere(String uid) {
      return notHere.contains(uid) || (all && !here.containsKey(uid));
    }
  }

  /**
   * @param name with the namespace
   * @param devices UIDs of the devices that the claim holds on this node; empty if the allocation
   *     does not name them
   * @param kept false while the claim is being released
   */
  public record ClaimHere(String name, Set<String> devices, boolean kept) {
    public ClaimHere {
      devices = Set.copyOf(devices);
    }
  }

  /**
   * The published ResourceSlices.
   *
   * @param monitors whether the agent is set to publish monitors
   * @param devices names of the devices of the newest generation
   * @param announced how many slices that generation says it has
   * @param found how many slices of that generation exist
   * @param outdated names of slices of earlier generations
   */
  public record Slices(
      boolean monitors, Set<String> devices, long announced, int found, List<String> outdated) {
    public Slices {
      devices = Set.copyOf(devices);
      outdated = List.copyOf(outdated);
    }
  }
}
