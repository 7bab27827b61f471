package com.intel.dra.gpu.simulator.folder;

import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.kernel.KernelTree;
import com.intel.dra.gpu.simulator.kernel.PfState;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.kit.files.FileTree;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The files of GPUs below a root folder: always the device nodes, and also the GPU's tree when no
 * file system serves it. Everything is recorded in the root's journal before it is made.
 */
public final class GpuFiles {

  public static final String SYSFS = "sysfs";
  public static final String DEV = "dev";
  public static final String DEV_DRI = DEV + "/dri";

  private static final String DMEM_CAPACITY =
      SysfsLayout.FS_CGROUP + "/" + SysfsLayout.DMEM_CAPACITY;

  private final RootFolder root;
  private final DeviceNodes kind;

  public GpuFiles(RootFolder root, DeviceNodes kind) {
    this.root = root;
    this.kind = kind;
  }

  /** Makes the device nodes and the tree; if that fails, removes what it made. */
  public void make(SimulatedGpu gpu, PciPlacement placement) throws IOException {
    refuseExisting(parts(placement));
    root.makeFolder(SYSFS + "/" + placement.hostBridge());
    root.journal().add(placement);
    try {
      makeNodes(placement);
      makeTree(gpu, placement);
    } catch (IOException e) {
      try {
        remove(placement);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Makes only the device nodes; if that fails, removes what it made. */
  public void makeNodesOnly(PciPlacement placement) throws IOException {
    refuseExisting(nodes(placement).keySet());
    root.journal().add(placement);
    try {
      makeNodes(placement);
    } catch (IOException e) {
      try {
        removeNodesOnly(placement);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Removes a GPU's files, also those of a GPU that was only partly made. */
  public void remove(PciPlacement placement) throws IOException {
    for (Path part : parts(placement).reversed()) {
      if (TreeFiles.isFolder(part)) {
        Path aside = root.aside().resolve(part.getFileName());
        FileTree.delete(aside);
        move(part, aside);
        FileTree.delete(aside);
      } else {
        Files.deleteIfExists(part);
      }
    }
    root.journal().remove(placement);
  }

  public void removeNodesOnly(PciPlacement placement) throws IOException {
    for (Path node : nodes(placement).keySet()) {
      Files.deleteIfExists(node);
    }
    root.journal().remove(placement);
  }

  /**
   * Shows these lines in {@code dmem.capacity}; without lines, there is no such file.
   *
   * @param regions of all GPUs
   */
  public void showRegions(List<String> regions) throws IOException {
    Path file = sysfs().resolve(DMEM_CAPACITY);
    if (regions.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    root.makeFolder(SYSFS + "/" + SysfsLayout.FS_CGROUP);
    Path aside = root.aside().resolve(SysfsLayout.DMEM_CAPACITY);
    FileTree.delete(aside);
    TreeFiles.write(aside, new TreeEntry.Attribute(String.join("\n", regions), false));
    move(aside, file);
  }

  /** Removes everything that the journal lists; nothing may be mounted on it. */
  public void removeAll() throws IOException {
    showRegions(List.of());
    for (PciPlacement placement : root.journal().placements().reversed()) {
      remove(placement);
    }
  }

  private static void refuseExisting(Iterable<Path> parts) throws IOException {
    for (Path part : parts) {
      if (TreeFiles.exists(part)) {
        throw new FileAlreadyExistsException(
            part.toString(), null, "no simulator made it; remove it");
      }
    }
  }

  /**
   * All parts of a GPU in the order in which they are made; the parts that readers search for come
   * last.
   */
  private List<Path> parts(PciPlacement placement) {
    List<Path> parts = new ArrayList<>(nodes(placement).keySet());
    parts.add(sysfs().resolve(placement.device()));
    parts.addAll(links(placement).keySet());
    return parts;
  }

  private record DeviceNumber(int major, int minor) {}

  private SequencedMap<Path, DeviceNumber> nodes(PciPlacement placement) {
    Path dri = root.path().resolve(DEV_DRI);
    SequencedMap<Path, DeviceNumber> numbers = new LinkedHashMap<>();
    numbers.put(dri.resolve(placement.cardName()), drm(placement.cardIndex()));
    numbers.put(dri.resolve(placement.renderName()), drm(placement.renderMinor()));
    if (placement.managementEngine()) {
      numbers.put(
          root.path().resolve(DEV).resolve(placement.meiName()),
          new DeviceNumber(PciPlacement.MEI_MAJOR, placement.cardIndex()));
    }
    return numbers;
  }

  private static DeviceNumber drm(int minor) {
    return new DeviceNumber(PciPlacement.DRM_MAJOR, minor);
  }

  private SequencedMap<Path, String> links(PciPlacement placement) {
    String device = placement.device();
    String drm = device + "/" + SysfsLayout.DRM + "/";
    String driver = SysfsLayout.BUS_PCI_DRIVERS + "/" + placement.driver().sysfsName();
    SequencedMap<Path, String> links = new LinkedHashMap<>();
    putLink(links, SysfsLayout.CLASS_DRM, placement.cardName(), drm + placement.cardName());
    putLink(links, SysfsLayout.CLASS_DRM, placement.renderName(), drm + placement.renderName());
    putLink(links, driver, placement.address().toString(), device);
    putLink(links, SysfsLayout.BUS_PCI_DEVICES, placement.address().toString(), device);
    return links;
  }

  private void putLink(Map<Path, String> links, String folder, String name, String target) {
    String up = "../".repeat(folder.split("/").length);
    links.put(sysfs().resolve(folder).resolve(name), up + target);
  }

  private Path sysfs() {
    return root.path().resolve(SYSFS);
  }

  private void makeNodes(PciPlacement placement) throws IOException {
    for (Map.Entry<Path, DeviceNumber> node : nodes(placement).entrySet()) {
      Path aside = root.aside().resolve(node.getKey().getFileName());
      switch (kind) {
        case CHARACTER_DEVICES ->
            Mknod.characterDevice(aside, node.getValue().major(), node.getValue().minor());
        case PLAIN_FILES -> TreeFiles.makePlainFile(aside);
      }
      move(aside, node.getKey());
    }
  }

  private void makeTree(SimulatedGpu gpu, PciPlacement placement) throws IOException {
    Path aside = root.aside().resolve(placement.address().toString());
    TreeFiles.write(
        aside,
        KernelTree.device(
            new KernelTree.Device(placement, PfState.initial(gpu), List.of(), Optional.empty())));
    move(aside, sysfs().resolve(placement.device()));
    for (Map.Entry<Path, String> link : links(placement).entrySet()) {
      TreeFiles.write(link.getKey(), new TreeEntry.Link(link.getValue()));
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }
}
