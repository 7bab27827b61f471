package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.cdi.CdiFolder;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.AgentConfig;
import com.intel.dra.gpu.nodeagent.BootId;
import com.intel.dra.gpu.nodeagent.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.StateOnDisk;
import com.intel.dra.gpu.nodeagent.UnownedVfs;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import java.util.Map;

/** Reads the sources of a node one after the other and changes nothing. */
public final class Observer {

  private final AgentConfig config;
  private final DraMode mode;
  private final HardwareEye hardware;
  private final DiskEye disk;
  private final ClusterEye cluster;

  public Observer(AgentConfig config, DraMode mode, BootId boot, ClusterEye cluster) {
    this.config = config;
    this.mode = mode;
    this.hardware =
        new HardwareEye(
            new GpuDiscovery(config.sysfsRoot(), AgentConfig.memoryQuery(config)),
            new VirtualFunctions(config.sysfsRoot()),
            config.vfSurveyWait());
    this.disk =
        new DiskEye(
            new StateOnDisk(config.stateDir(mode)),
            new CdiFolder(config.cdiRoot(), GpuCdiDevices.KIND),
            config.devRoot(),
            config.plugin(mode),
            boot);
    this.cluster = cluster;
  }

  /** Takes one look. If one source cannot be read, the others are still read. */
  public Picture look() {
    Sight<Picture.Hardware> seen = hardware.look();
    Picture.StateFile<StateOnDisk.Prepared> prepared = disk.prepared();
    return new Picture(
        config.gasName(),
        mode,
        config.unownedVfs() == UnownedVfs.REMOVE,
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
