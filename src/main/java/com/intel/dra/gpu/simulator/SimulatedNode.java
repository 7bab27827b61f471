package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.KernelDriver;
import com.intel.dra.gpu.sysfs.SysfsLayout;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A node with simulated GPUs: {@code sysfs/} and {@code dev/dri/} below one root folder. A GPU
 * appears to readers of {@code sysfs/bus/pci} as a whole and vanishes as a whole. The GPUs are
 * there until {@link #close}, which removes what was made and nothing else; what a killed process
 * left is cleaned up by the next one on the same root.
 *
 * <p>May be used from several threads.
 */
public final class SimulatedNode implements AutoCloseable {

  static final String SYSFS = "sysfs";
  static final String DEV = "dev";
  private static final String DEV_DRI = DEV + "/dri";

  private final RootFolder root;
  private final DeviceNodes deviceNodes;
  private final SequencedMap<PciAddress, PlacedGpu> gpus = new LinkedHashMap<>();
  private boolean closed;

  private SimulatedNode(RootFolder root, DeviceNodes deviceNodes) {
    this.root = root;
    this.deviceNodes = deviceNodes;
  }

  /** As {@link #create(Path, Topology, DeviceNodes)} with real device nodes. */
  public static SimulatedNode create(Path root, Topology topology) throws IOException {
    return create(root, topology, DeviceNodes.CHARACTER_DEVICES);
  }

  /**
   * Makes the GPUs of a topology, numbering their cards in its order. On failure everything made is
   * removed again.
   *
   * @param root a folder of its own; made when missing
   * @throws UnusableRootException when the folder is somebody else's
   * @throws MknodException when device nodes are wanted and the kernel refuses them
   */
  public static SimulatedNode create(Path root, Topology topology, DeviceNodes deviceNodes)
      throws IOException {
    SimulatedNode node = new SimulatedNode(RootFolder.open(root, List.of(SYSFS, DEV)), deviceNodes);
    try {
      node.removeLeftovers();
      node.makeFolders();
      node.apply(topology);
      return node;
    } catch (IOException | RuntimeException e) {
      try {
        node.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** What to give to a reader in place of {@code /sys}. */
  public Path sysfsRoot() {
    return root.path().resolve(SYSFS);
  }

  /** What to give to a reader in place of {@code /dev}. */
  public Path devRoot() {
    return root.path().resolve(DEV);
  }

  /** The GPUs that are there, in the order in which they appeared. */
  public synchronized List<PlacedGpu> gpus() {
    return List.copyOf(gpus.values());
  }

  /**
   * Lets GPUs vanish and appear so that those of the topology are there. GPUs that are in both keep
   * their cards and are not touched; new ones get the lowest free card numbers.
   */
  public synchronized TopologyChange apply(Topology topology) throws IOException {
    List<PlacedGpu> vanished = new ArrayList<>();
    for (PlacedGpu placed : gpus()) {
      if (!topology.gpus().contains(placed.gpu())) {
        remove(placed.gpu().address());
        vanished.add(placed);
      }
    }
    List<PlacedGpu> appeared = new ArrayList<>();
    for (SimulatedGpu gpu : topology.gpus()) {
      if (!gpus.containsKey(gpu.address())) {
        appeared.add(add(gpu));
      }
    }
    return new TopologyChange(vanished, appeared);
  }

  /**
   * Lets a GPU appear with the lowest free card number.
   *
   * @throws IllegalArgumentException when there is one at its address, or no card number is free
   */
  public synchronized PlacedGpu add(SimulatedGpu gpu) throws IOException {
    requireOpen();
    if (gpus.containsKey(gpu.address())) {
      throw new IllegalArgumentException("there is a GPU at " + gpu.address());
    }
    PlacedGpu placed = new PlacedGpu(gpu, lowestFreeCard());
    Placement placement = placed.placement();
    for (Path part : parts(placement)) {
      if (TreeFiles.exists(part)) {
        throw new FileAlreadyExistsException(
            part.toString(), null, "no simulator made it; remove it");
      }
    }
    root.makeFolder(SYSFS + "/" + placement.hostBridge());
    root.journal().add(placement);
    try {
      make(gpu, placement);
    } catch (IOException e) {
      try {
        unmake(placement);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    gpus.put(gpu.address(), placed);
    return placed;
  }

  /** Lets the GPU at that address vanish; false when there is none. */
  public synchronized boolean remove(PciAddress address) throws IOException {
    requireOpen();
    PlacedGpu placed = gpus.get(address);
    if (placed == null) {
      return false;
    }
    unmake(placed.placement());
    gpus.remove(address);
    return true;
  }

  /** Removes everything made; a second call does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    removeLeftovers();
    gpus.clear();
    root.close();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the simulated node is closed");
    }
  }

  private int lowestFreeCard() {
    Set<Integer> taken =
        gpus.values().stream().map(PlacedGpu::cardIndex).collect(Collectors.toSet());
    return IntStream.range(0, Topology.MAX_GPUS)
        .filter(index -> !taken.contains(index))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("there are " + Topology.MAX_GPUS + " GPUs already"));
  }

  private void makeFolders() throws IOException {
    root.makeFolder(DEV_DRI);
    for (String folder :
        List.of(SysfsLayout.DEVICES, SysfsLayout.CLASS_DRM, SysfsLayout.BUS_PCI_DEVICES)) {
      root.makeFolder(SYSFS + "/" + folder);
    }
    for (KernelDriver driver : KernelDriver.values()) {
      root.makeFolder(SYSFS + "/" + SysfsLayout.BUS_PCI_DRIVERS + "/" + driver.sysfsName());
    }
  }

  private void removeLeftovers() throws IOException {
    for (Placement placement : root.journal().placements().reversed()) {
      unmake(placement);
    }
  }

  /** Everything there is of a GPU, in the order in which it is made: what readers find, last. */
  private List<Path> parts(Placement placement) {
    List<Path> parts = new ArrayList<>(deviceNodes(placement).keySet());
    parts.add(sysfsRoot().resolve(placement.device()));
    parts.addAll(links(placement).keySet());
    return parts;
  }

  private SequencedMap<Path, Integer> deviceNodes(Placement placement) {
    Path dri = root.path().resolve(DEV_DRI);
    SequencedMap<Path, Integer> minors = new LinkedHashMap<>();
    minors.put(dri.resolve(placement.cardName()), placement.cardIndex());
    minors.put(dri.resolve(placement.renderName()), placement.renderMinor());
    return minors;
  }

  private SequencedMap<Path, String> links(Placement placement) {
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
    links.put(sysfsRoot().resolve(folder).resolve(name), up + target);
  }

  private void make(SimulatedGpu gpu, Placement placement) throws IOException {
    for (Map.Entry<Path, Integer> node : deviceNodes(placement).entrySet()) {
      Path aside = root.aside().resolve(node.getKey().getFileName());
      switch (deviceNodes) {
        case CHARACTER_DEVICES ->
            Mknod.characterDevice(aside, Placement.DRM_MAJOR, node.getValue());
        case PLAIN_FILES -> TreeFiles.makePlainFile(aside);
      }
      move(aside, node.getKey());
    }
    Path aside = root.aside().resolve(placement.address().toString());
    TreeFiles.write(aside, KernelTree.device(gpu, placement));
    move(aside, sysfsRoot().resolve(placement.device()));
    for (Map.Entry<Path, String> link : links(placement).entrySet()) {
      TreeFiles.write(link.getKey(), new SysfsEntry.Link(link.getValue()));
    }
  }

  /** Also of a GPU that was made in part only. */
  private void unmake(Placement placement) throws IOException {
    for (Path part : parts(placement).reversed()) {
      if (TreeFiles.isFolder(part)) {
        Path aside = root.aside().resolve(part.getFileName());
        TreeFiles.delete(aside);
        move(part, aside);
        TreeFiles.delete(aside);
      } else {
        Files.deleteIfExists(part);
      }
    }
    root.journal().remove(placement);
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }
}
