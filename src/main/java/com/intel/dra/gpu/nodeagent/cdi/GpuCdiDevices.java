package com.intel.dra.gpu.nodeagent.cdi;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.cdi.ContainerEdits;
import com.intel.dra.kit.cdi.DeviceNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Defines what a container gets for a GPU or VF: its DRM nodes, and each of them once more where
 * udev makes a link to it, because programs find the GPU of a PCI address there.
 */
public final class GpuCdiDevices {

  public static final CdiKind KIND = new CdiKind("intel.com", "gpu");

  private static final String CONTAINER_DRI = "/dev/dri/";
  private static final String BY_PATH = CONTAINER_DRI + "by-path/pci-";

  private static final String FIRMWARE = "-mei";

  private GpuCdiDevices() {}

  /**
   * @param devRoot the host's device folder as the container runtime sees it
   */
  public static List<CdiDevice> of(List<Gpu> gpus, Path devRoot) {
    Path hostDri = devRoot.resolve("dri");
    return gpus.stream()
        .map(gpu -> new CdiDevice(gpu.uid().toString(), ContainerEdits.nodes(nodes(gpu, hostDri))))
        .toList();
  }

  private static List<DeviceNode> nodes(Gpu gpu, Path hostDri) {
    String card = gpu.drmNodes().cardName();
    Optional<String> render = gpu.drmNodes().renderName();
    String byPath = BY_PATH + gpu.address();
    var nodes = new ArrayList<DeviceNode>();
    nodes.add(node(CONTAINER_DRI + card, hostDri.resolve(card)));
    render.ifPresent(name -> nodes.add(node(CONTAINER_DRI + name, hostDri.resolve(name))));
    nodes.add(node(byPath + "-card", hostDri.resolve(card)));
    render.ifPresent(name -> nodes.add(node(byPath + "-render", hostDri.resolve(name))));
    return nodes;
  }

  /**
   * Returns devices besides, for administrative access: the nodes of those GPUs' firmware. GPUs
   * without such nodes have none.
   */
  public static List<CdiDevice> firmwareOf(List<GpuFacts> gpus, Path devRoot) {
    return gpus.stream()
        .filter(gpu -> !gpu.meiNodes().isEmpty())
        .map(
            gpu ->
                new CdiDevice(
                    firmwareName(gpu.uid()),
                    ContainerEdits.nodes(
                        gpu.meiNodes().stream()
                            .map(number -> "mei" + number)
                            .map(name -> node("/dev/" + name, devRoot.resolve(name)))
                            .toList())))
        .toList();
  }

  /** The name of the CDI device with the nodes of the GPU's firmware. */
  public static String firmwareName(DeviceUid gpu) {
    return gpu + FIRMWARE;
  }

  public static boolean isFirmware(String cdiName) {
    return cdiName.endsWith(FIRMWARE);
  }

  private static DeviceNode node(String path, Path onHost) {
    return DeviceNode.character(path, onHost.toString());
  }
}
