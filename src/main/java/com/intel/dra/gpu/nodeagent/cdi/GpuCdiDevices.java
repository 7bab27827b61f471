package com.intel.dra.gpu.nodeagent.cdi;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.cdi.ContainerEdits;
import com.intel.dra.kit.cdi.DeviceNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Defines what a container gets for a GPU or VF: its DRM nodes. */
public final class GpuCdiDevices {

  public static final CdiKind KIND = new CdiKind("intel.com", "gpu");

  private static final String CONTAINER_DRI = "/dev/dri/";

  private GpuCdiDevices() {}

  /**
   * @param devRoot the host's device folder as the container runtime sees it
   */
  public static List<CdiDevice> of(List<Gpu> gpus, Path devRoot) {
    Path hostDri = devRoot.resolve("dri");
    return gpus.stream()
        .map(gpu -> new CdiDevice(gpu.uid().toString(), edits(gpu.drmNodes(), hostDri)))
        .toList();
  }

  private static ContainerEdits edits(DrmNodes drm, Path hostDri) {
    var nodes = new ArrayList<DeviceNode>();
    nodes.add(node(drm.cardName(), hostDri));
    drm.renderName().ifPresent(name -> nodes.add(node(name, hostDri)));
    return new ContainerEdits(nodes);
  }

  private static DeviceNode node(String name, Path hostDri) {
    return DeviceNode.character(CONTAINER_DRI + name, hostDri.resolve(name).toString());
  }
}
