package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.api.Holders;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.kubelet.PluginSocket;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.MadeVfs;
import com.intel.dra.gpu.nodeagent.StateOnDisk;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What one look saw of a node, each source for itself.
 *
 * @param gasName the GpuAllocationState, for reports
 * @param gas empty: there is none
 * @param removesForeignVfs whether VFs that this driver did not make are its to remove
 * @param slices of structured DRA
 * @param leftovers files that a write which was not finished left behind
 */
public record Picture(
    String gasName,
    DraMode mode,
    boolean removesForeignVfs,
    Sight<Hardware> hardware,
    Sight<Cdi> cdi,
    StateFile<StateOnDisk.Prepared> prepared,
    StateFile<Map<String, MadeVfs>> vfHosts,
    Sight<Optional<Gas>> gas,
    Sight<Claims> claims,
    Sight<Slices> slices,
    Sight<List<PluginSocket>> sockets,
    List<Path> leftovers) {

  public Picture {
    leftovers = List.copyOf(leftovers);
  }

  /** Which claims hold which devices, by the GAS and by the file on disk. */
  Holders holders() {
    var onDisk = new HashMap<String, List<AllocatedDevice>>();
    prepared
        .records()
        .ifPresent(
            records ->
                records
                    .byUid()
                    .forEach((claim, prepared) -> onDisk.put(claim, prepared.devices())));
    return Holders.of(
        gas.seen().flatMap(seen -> seen).map(Gas::spec).orElse(GpuAllocationStateSpec.EMPTY),
        onDisk);
  }

  /**
   * @param devices GPUs and VFs that can be used
   * @param named every GPU and VF that there is, usable or not
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
   * @param memoryBytes of the VFs of which the kernel tells, by index
   * @param changed SR-IOV files that do not say what they say of a GPU that was never split
   */
  public record Sriov(OptionalInt numVfs, Map<Integer, Long> memoryBytes, List<String> changed) {
    public Sriov {
      memoryBytes = Map.copyOf(memoryBytes);
      changed = List.copyOf(changed);
    }
  }

  /**
   * @param unreadable why the spec is none
   * @param spec host paths of the device nodes, by device
   * @param wanted what the hardware that is there makes of it
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
   * @param thisBoot the boot id of now
   */
  public record StateFile<T>(Path file, StateOnDisk.Content<T> content, String thisBoot) {

    /** What it says of this boot; empty unless it can be read. */
    Optional<T> records() {
      return content instanceof StateOnDisk.Content.Valid<T>(String bootId, T records)
              && bootId.equals(thisBoot)
          ? Optional.of(records)
          : Optional.empty();
    }
  }

  /** The agent's window and the controller's records. */
  public record Gas(GpuAllocationStateSpec spec, boolean ready) {}

  /**
   * The claims at the API server.
   *
   * @param here those that are allocated to this node, by UID
   * @param notHere UIDs that were asked for and are not
   * @param all whether all claims were looked at, so that every other UID is not here either
   */
  public record Claims(Map<String, ClaimHere> here, Set<String> notHere, boolean all) {
    public Claims {
      here = Map.copyOf(here);
      notHere = Set.copyOf(notHere);
    }

    boolean isNotHere(String uid) {
      return notHere.contains(uid) || (all && !here.containsKey(uid));
    }
  }

  /**
   * @param name with the namespace
   * @param devices UIDs of what it holds of this node; empty if the allocation does not name them
   * @param kept false while it is being given back
   */
  public record ClaimHere(String name, Set<String> devices, boolean kept) {
    public ClaimHere {
      devices = Set.copyOf(devices);
    }
  }

  /**
   * What is published for the scheduler.
   *
   * @param devices names of the devices of the newest generation
   * @param announced how many slices that generation says it has
   * @param found how many of it there are
   * @param outdated names of slices of earlier generations
   */
  public record Slices(Set<String> devices, long announced, int found, List<String> outdated) {
    public Slices {
      devices = Set.copyOf(devices);
      outdated = List.copyOf(outdated);
    }
  }
}
