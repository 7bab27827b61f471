package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.MemoryFile;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.QuotaFiles;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The sysfs tree that the kernel would show for GPUs, as values.
 *
 * <p>One difference from a real kernel is intended: a GPU of the xe driver has {@code
 * lmem_total_bytes} too, unless the topology says otherwise, because nothing here answers the ioctl
 * that xe offers instead.
 */
public final class KernelTree {

  private static final String DISPLAY_CONTROLLER = "0x038000";
  private static final String NO_NUMA_NODE = "-1";
  private static final String SURVIVABILITY_TYPE = "Survivability mode type: ";

  private KernelTree() {}

  /**
   * A GPU with its VFs.
   *
   * @param survivability set while the GPU reports that its firmware must be flashed
   */
  public record Device(
      PciPlacement placement,
      PfState state,
      List<VisibleVf> vfs,
      Optional<Fault.Survivability.Type> survivability) {

    /** Whether the driver started on the GPU itself. */
    boolean hasDrm() {
      return !survivability.equals(Optional.of(Fault.Survivability.Type.BOOT));
    }
  }

  /**
   * A PCI function with its folder.
   *
   * @param path the path of the folder
   * @param driver empty if no driver is bound
   * @param regions its lines in {@code dmem.capacity}
   */
  record PciFunction(
      String path,
      PciAddress address,
      Optional<KernelDriver> driver,
      TreeEntry.Folder folder,
      List<String> regions) {}

  /** The PCI functions of the GPU and its VFs. */
  static List<PciFunction> functions(Device device) {
    PciPlacement pf = device.placement();
    List<PciFunction> functions = new ArrayList<>();
    functions.add(
        new PciFunction(
            pf.device(),
            pf.address(),
            Optional.of(pf.driver()),
            device(device),
            device.hasDrm() ? regions(device.state().gpu()) : List.of()));
    for (VisibleVf vf : device.vfs()) {
      functions.add(
          new PciFunction(
              pf.hostBridge() + "/" + vf.address(),
              vf.address(),
              vf.bound() ? Optional.of(pf.driver()) : Optional.empty(),
              vf(device, vf),
              vf.cardIndex().isPresent() ? regions(device.state(), vf) : List.of()));
    }
    return functions;
  }

  /** The GPU's lines in {@code dmem.capacity}: one for the memory of each tile. */
  public static List<String> regions(SimulatedGpu gpu) {
    return gpu.memoryFile() == MemoryFile.DMEM_CAPACITY && gpu.memoryMiB() > 0
        ? IntStream.range(0, gpu.tiles())
            .mapToObj(tile -> region(gpu.address(), tile, tileBytes(gpu, tile)))
            .toList()
        : List.of();
  }

  private static List<String> regions(PfState state, VisibleVf vf) {
    long bytes = state.memoryBytes(vf.number());
    return state.gpu().memoryFile() == MemoryFile.DMEM_CAPACITY && bytes > 0
        ? List.of(region(vf.address(), 0, bytes))
        : List.of();
  }

  private static String region(PciAddress address, int tile, long bytes) {
    return "drm/%s/vram%d %d".formatted(address, tile, bytes);
  }

  /** The first tile has what cannot be divided. */
  private static long tileBytes(SimulatedGpu gpu, int tile) {
    long all = gpu.memoryMiB() * (1L << 20);
    return all / gpu.tiles() + (tile == 0 ? all % gpu.tiles() : 0);
  }

  /** The complete sysfs tree. */
  static TreeEntry.Folder root(List<PciFunction> functions) {
    TreeFolderBuilder root = new TreeFolderBuilder();
    List.of(SysfsLayout.DEVICES, SysfsLayout.BUS_PCI_DEVICES, SysfsLayout.CLASS_DRM)
        .forEach(root::at);
    for (KernelDriver driver : KernelDriver.values()) {
      root.at(SysfsLayout.BUS_PCI_DRIVERS + "/" + driver.sysfsName());
    }
    functions.forEach(function -> add(root, function));
    List<String> regions =
        functions.stream().flatMap(function -> function.regions().stream()).toList();
    if (!regions.isEmpty()) {
      root.at(SysfsLayout.FS_CGROUP)
          .readOnly(SysfsLayout.DMEM_CAPACITY, String.join("\n", regions));
    }
    return root.build();
  }

  private static void add(TreeFolderBuilder root, PciFunction function) {
    String path = function.path();
    String address = function.address().toString();
    root.at(path.substring(0, path.lastIndexOf('/'))).entry(address, function.folder());
    link(root, SysfsLayout.BUS_PCI_DEVICES, address, path);
    function
        .driver()
        .ifPresent(
            driver ->
                link(root, SysfsLayout.BUS_PCI_DRIVERS + "/" + driver.sysfsName(), address, path));
    if (function.folder().children().get(SysfsLayout.DRM) instanceof TreeEntry.Folder drm) {
      for (String name : drm.children().keySet()) {
        link(root, SysfsLayout.CLASS_DRM, name, path + "/" + SysfsLayout.DRM + "/" + name);
      }
    }
  }

  private static void link(TreeFolderBuilder root, String folder, String name, String target) {
    root.at(folder).link(name, "../".repeat(folder.split("/").length) + target);
  }

  /** The folder {@code devices/pciDDDD:BB/<DBDF>} of a GPU. */
  public static TreeEntry.Folder device(Device device) {
    SimulatedGpu gpu = device.state().gpu();
    TreeFolderBuilder folder = function(gpu).writable(SysfsLayout.NUMA_NODE, numaNode(gpu));
    bind(folder, gpu.driver());
    if (gpu.maxVfs() > 0) {
      folder
          .readOnly(SysfsLayout.SRIOV_TOTALVFS, Integer.toString(gpu.maxVfs()))
          .writable(SysfsLayout.SRIOV_NUMVFS, Integer.toString(device.state().numVfs()))
          .writable(SysfsLayout.SRIOV_DRIVERS_AUTOPROBE, bool(device.state().autoprobe()));
      for (VisibleVf vf : device.vfs()) {
        folder.link(SysfsLayout.VIRTFN_PREFIX + (vf.number() - 1), "../" + vf.address());
      }
    }
    device
        .survivability()
        .ifPresent(
            type ->
                folder.readOnly(SysfsLayout.SURVIVABILITY_MODE, SURVIVABILITY_TYPE + type.word()));
    if (device.placement().managementEngine()) {
      managementEngine(folder, device.placement());
    }
    if (device.hasDrm()) {
      drm(folder, gpu, device.placement(), gpu.memoryMiB() * (1L << 20));
      quotaTree(gpu, device.placement())
          .ifPresent(path -> addQuotaTree(folder.at(path), path, device));
    }
    return folder.build();
  }

  static String numaNode(SimulatedGpu gpu) {
    return gpu.numaNode().isPresent() ? Integer.toString(gpu.numaNode().getAsInt()) : NO_NUMA_NODE;
  }

  /** The path of the quota files, relative to the folder of the GPU's device. */
  static Optional<String> quotaTree(SimulatedGpu gpu, PciPlacement placement) {
    return gpu.maxVfs() == 0
        ? Optional.empty()
        : switch (gpu.quotaFiles()) {
          case PRELIM_IOV ->
              Optional.of(
                  SysfsLayout.DRM + "/" + placement.cardName() + "/" + SysfsLayout.PRELIM_IOV);
          case SRIOV_ADMIN, SRIOV_ADMIN_WITHOUT_VRAM_QUOTA -> Optional.of(SysfsLayout.SRIOV_ADMIN);
          case NONE -> Optional.empty();
        };
  }

  private static TreeEntry.Folder vf(Device device, VisibleVf vf) {
    SimulatedGpu gpu = device.state().gpu();
    TreeFolderBuilder folder =
        function(gpu)
            .readOnly(SysfsLayout.NUMA_NODE, numaNode(gpu))
            .link(SysfsLayout.PHYSFN, "../" + device.placement().address());
    if (vf.bound()) {
      bind(folder, gpu.driver());
    }
    vf.cardIndex()
        .ifPresent(
            index ->
                drm(
                    folder,
                    gpu,
                    new PciPlacement(vf.address(), gpu.driver(), index),
                    device.state().memoryBytes(vf.number())));
    return folder.build();
  }

  private static TreeFolderBuilder function(SimulatedGpu gpu) {
    return new TreeFolderBuilder()
        .readOnly(SysfsLayout.VENDOR, SysfsLayout.INTEL_VENDOR_ID)
        .readOnly(SysfsLayout.DEVICE, gpu.model().toString())
        .readOnly(SysfsLayout.CLASS, DISPLAY_CONTROLLER)
        .link(SysfsLayout.SUBSYSTEM, "../../../" + SysfsLayout.BUS_PCI);
  }

  private static void bind(TreeFolderBuilder folder, KernelDriver driver) {
    folder.link(
        SysfsLayout.DRIVER, "../../../" + SysfsLayout.BUS_PCI_DRIVERS + "/" + driver.sysfsName());
  }

  private static void drm(
      TreeFolderBuilder folder, SimulatedGpu gpu, PciPlacement placement, long memoryBytes) {
    TreeFolderBuilder drm = folder.at(SysfsLayout.DRM);
    TreeFolderBuilder card = drm.at(placement.cardName());
    drmNode(card, placement, placement.cardIndex());
    if (memoryBytes > 0 && gpu.memoryFile() == MemoryFile.LMEM_TOTAL_BYTES) {
      card.readOnly(SysfsLayout.LMEM_TOTAL_BYTES, Long.toString(memoryBytes));
    }
    drmNode(drm.at(placement.renderName()), placement, placement.renderMinor());
  }

  /** The driver names the device below the GPU by the GPU's routing id; 768 is that of 03:00.0. */
  private static void managementEngine(TreeFolderBuilder folder, PciPlacement placement) {
    String name =
        switch (placement.driver()) {
          case I915 -> "i915.mei-gsc.";
          case XE -> "xe.mei-gscfi.";
        };
    PciAddress address = placement.address();
    int routingId = address.bus() << 8 | address.device() << 3 | address.function();
    folder
        .at(name + routingId + "/" + SysfsLayout.MEI + "/" + placement.meiName())
        .readOnly(SysfsLayout.DEV, PciPlacement.MEI_MAJOR + ":" + placement.cardIndex());
  }

  private static void drmNode(TreeFolderBuilder node, PciPlacement placement, int minor) {
    node.readOnly(SysfsLayout.DEV, PciPlacement.DRM_MAJOR + ":" + minor)
        .link(SysfsLayout.DEVICE, "../../../" + placement.address())
        .link(SysfsLayout.SUBSYSTEM, "../../../../../" + SysfsLayout.CLASS_DRM);
  }

  private static void addQuotaTree(TreeFolderBuilder tree, String path, Device device) {
    SimulatedGpu gpu = device.state().gpu();
    boolean prelimIov = gpu.quotaFiles() == QuotaFiles.PRELIM_IOV;
    // from pf/ or vf<n>/ in this tree up to the folder that holds all functions of the host bridge
    String up = "../".repeat(path.split("/").length + 2);
    TreeFolderBuilder pf = tree.at(SysfsLayout.PRELIM_IOV_PF);
    pf.link(SysfsLayout.DEVICE, up + device.placement().address());
    if (prelimIov) {
      tree.readOnly("mode", "PF");
      pf.writable(SysfsLayout.AUTO_PROVISIONING, bool(device.state().autoProvisioning()));
    }
    Map<Integer, VisibleVf> vfs =
        device.vfs().stream().collect(Collectors.toMap(VisibleVf::number, Function.identity()));
    for (int number = 1; number <= gpu.maxVfs(); number++) {
      TreeFolderBuilder vf = tree.at(SysfsLayout.PRELIM_IOV_VF_PREFIX + number);
      if (prelimIov) {
        vf.readOnly("id", Integer.toString(number));
      }
      VisibleVf enabled = vfs.get(number);
      if (enabled != null) {
        vf.link(SysfsLayout.DEVICE, up + enabled.address());
      }
    }
    for (VfQuota quota : VfQuota.of(gpu)) {
      tree.at(quota.folder(gpu))
          .writable(quota.kind().fileName(), Long.toString(device.state().quota(quota)));
    }
  }

  private static String bool(boolean on) {
    return on ? "1" : "0";
  }
}
