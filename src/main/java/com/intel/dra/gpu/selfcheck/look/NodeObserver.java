package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.config.UnownedVfsSetting;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.cdi.CdiFolder;
import java.util.Map;

/** Reads the sources of a node one after the other and changes nothing. */
public final class NodeObserver {

  private final AgentConfig config;
  private final DraMode mode;
  private final HardwareProbe hardware;
  private final DiskProbe disk;
  private final ClusterProbe cluster;

  public NodeObserver(AgentConfig config, DraMode mode, BootId boot, ClusterProbe cluster) {
    this.config = config;
    this.mode = mode;
    this.hardware =
        new HardwareProbe(
            AgentConfig.discovery(config),
            new VirtualFunctions(config.sysfsRoot()),
            config.vfSurveyWait());
    this.disk =
        new DiskProbe(
            new StateOnDisk(config.stateDir(mode)),
            new CdiFolder(config.cdiRoot(), GpuCdiDevices.KIND),
            config.devRoot(),
            config.plugin(mode),
            boot);
    this.cluster = cluster;
  }

  /** Takes one look. If one source cannot be read, the others are still read. */
  public NodeSnapshot look() {
    Observed<NodeSnapshot.Hardware> seen = hardware.look();
    NodeSnapshot.StateFile<StateOnDisk.Prepared> prepared = disk.prepared();
    return new NodeSnapshot(
        config.gasName(),
        mode,
        config.unownedVfs() == UnownedVfsSetting.REMOVE,
        seen,
        disk.cdi(seen),
        prepared,
        disk.vfHosts(),
        cluster.gas(),
        cluster.claims(prepared.records().map(StateOnDisk.Prepared::byUid).orElse(Map.of())),
        cluster.slices(),
        disk.sockets(),
        disk.leftovers());
  }
}
