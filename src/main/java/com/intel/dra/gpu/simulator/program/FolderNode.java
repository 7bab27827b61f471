package com.intel.dra.gpu.simulator.program;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.folder.GpuFiles;
import com.intel.dra.gpu.simulator.folder.MknodException;
import com.intel.dra.gpu.simulator.folder.RootFolder;
import com.intel.dra.gpu.simulator.folder.UnusableRootException;
import com.intel.dra.gpu.simulator.kernel.KernelTree;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A node with simulated GPUs as ordinary files: {@code sysfs/} and {@code dev/dri/} below one root
 * folder. Writes have no effect and no VF ever appears; {@link FuseNode} supports both. In {@code
 * sysfs/bus/pci} a GPU appears as a whole and vanishes as a whole. The GPUs exist until {@link
 * #close}, which removes what was made and nothing else; what a killed process left is cleaned up
 * by the next one on the same root.
 *
 * <p>May be used from several threads.
 */
public final class FolderNode implements SimulatedNode {

  private final RootFolder root;
  private final GpuFiles files;
  private final SequencedMap<PciAddress, PlacedGpu> gpus = new LinkedHashMap<>();
  private boolean closed;

  private FolderNode(RootFolder root, DeviceNodes deviceNodes) {
    this.root = root;
    this.files = new GpuFiles(root, deviceNodes);
  }

  /** Calls {@link #create(Path, Topology, DeviceNodes)} with real device nodes. */
  public static FolderNode create(Path root, Topology topology) throws IOException {
    return create(root, topology, DeviceNodes.CHARACTER_DEVICES);
  }

  /**
   * Makes the GPUs of a topology and numbers their cards in its order. On failure everything made
   * is removed again.
   *
   * @param root a folder used for nothing else; made if missing
   * @throws UnusableRootException if the folder belongs to something else
   * @throws MknodException if device nodes are requested and the kernel refuses them
   */
  public static FolderNode create(Path root, Topology topology, DeviceNodes deviceNodes)
      throws IOException {
    FolderNode node = new FolderNode(RootFolder.open(root), deviceNodes);
    try {
      node.files.removeAll();
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

  /** The folder that readers use in place of {@code /sys}. */
  @Override
  public Path sysfsRoot() {
    return root.path().resolve(GpuFiles.SYSFS);
  }

  /** The folder that readers use in place of {@code /dev}. */
  @Override
  public Path devRoot() {
    return root.path().resolve(GpuFiles.DEV);
  }

  /** The present GPUs, in the order in which they appeared. */
  @Override
  public synchronized List<PlacedGpu> gpus() {
    return List.copyOf(gpus.values());
  }

  /**
   * Removes and adds GPUs until they match the topology. GPUs that are in both keep their cards and
   * are not touched; new ones get the lowest free card numbers.
   */
  @Override
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
   * Adds a GPU with the lowest free card number.
   *
   * @throws IllegalArgumentException if there is a GPU at this address, or no card number is free
   */
  public synchronized PlacedGpu add(SimulatedGpu gpu) throws IOException {
    requireOpen();
    if (gpus.containsKey(gpu.address())) {
      throw new IllegalArgumentException("there is a GPU at " + gpu.address());
    }
    PlacedGpu placed = new PlacedGpu(gpu, lowestFreeCard());
    // as in the kernel, a GPU that readers see has its memory stated already
    showRegions(Stream.concat(gpus.values().stream(), Stream.of(placed)));
    files.make(gpu, placed.placement());
    gpus.put(gpu.address(), placed);
    return placed;
  }

  /** Removes the GPU at this address; returns false if there is none. */
  public synchronized boolean remove(PciAddress address) throws IOException {
    requireOpen();
    PlacedGpu placed = gpus.get(address);
    if (placed == null) {
      return false;
    }
    files.remove(placed.placement());
    gpus.remove(address);
    showRegions(gpus.values().stream());
    return true;
  }

  private void showRegions(Stream<PlacedGpu> all) throws IOException {
    files.showRegions(all.flatMap(placed -> KernelTree.regions(placed.gpu()).stream()).toList());
  }

  /** Removes everything that was made; a second call does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    files.removeAll();
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
    root.makeFolder(GpuFiles.DEV_DRI);
    for (String folder :
        List.of(SysfsLayout.DEVICES, SysfsLayout.CLASS_DRM, SysfsLayout.BUS_PCI_DEVICES)) {
      root.makeFolder(GpuFiles.SYSFS + "/" + folder);
    }
    for (KernelDriver driver : KernelDriver.values()) {
      root.makeFolder(
          GpuFiles.SYSFS + "/" + SysfsLayout.BUS_PCI_DRIVERS + "/" + driver.sysfsName());
    }
  }
}
