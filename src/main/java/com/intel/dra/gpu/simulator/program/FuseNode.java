package com.intel.dra.gpu.simulator.program;

import com.intel.dra.gpu.simulator.folder.DeviceNodes;
import com.intel.dra.gpu.simulator.folder.GpuFiles;
import com.intel.dra.gpu.simulator.folder.MknodException;
import com.intel.dra.gpu.simulator.folder.RootFolder;
import com.intel.dra.gpu.simulator.folder.UnusableRootException;
import com.intel.dra.gpu.simulator.fuse.FuseMount;
import com.intel.dra.gpu.simulator.kernel.DrmDevices;
import com.intel.dra.gpu.simulator.kernel.SimulatedKernel;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A node with simulated GPUs whose {@code sysfs/} answers as the kernel does: it is a mounted file
 * system backed by a {@link SimulatedKernel}. {@code dev/dri/} beside it holds the device nodes,
 * because a FUSE mount cannot. Everything exists until {@link #close}; what a killed process left,
 * including its mount, is cleaned up by the next one on the same root.
 */
final class FuseNode implements SimulatedNode {

  private final RootFolder root;
  private final GpuFiles files;
  private final SimulatedKernel kernel;
  private final FuseMount mount;
  private boolean closed;

  private FuseNode(RootFolder root, GpuFiles files, SimulatedKernel kernel, FuseMount mount) {
    this.root = root;
    this.files = files;
    this.kernel = kernel;
    this.mount = mount;
  }

  /**
   * Makes the GPUs of a topology and mounts the file system. On failure everything made is removed
   * again.
   *
   * @param path a folder used for nothing else; made if missing
   * @param log receives what the kernel does, in one line each
   * @throws UnusableRootException if the folder belongs to something else
   * @throws MknodException if device nodes are requested and the kernel refuses them
   * @throws UnmountableException if the kernel refuses the mount
   */
  static FuseNode create(
      Path path,
      Topology topology,
      DeviceNodes deviceNodes,
      SleepingClock clock,
      Consumer<String> log)
      throws IOException {
    RootFolder root = RootFolder.open(path);
    GpuFiles files = new GpuFiles(root, deviceNodes);
    try {
      files.removeAll();
      root.makeFolder(GpuFiles.DEV_DRI);
      root.makeFolder(GpuFiles.SYSFS);
      SimulatedKernel kernel = new SimulatedKernel(clock, new NodesBelow(files), log);
      kernel.apply(topology);
      return new FuseNode(root, files, kernel, mount(root, kernel, log));
    } catch (IOException | RuntimeException e) {
      try {
        files.removeAll();
        root.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static FuseMount mount(RootFolder root, SimulatedKernel kernel, Consumer<String> log)
      throws IOException {
    Path sysfs = root.path().resolve(GpuFiles.SYSFS);
    try {
      return FuseMount.mount(sysfs, kernel, log);
    } catch (IOException e) {
      throw new UnmountableException(sysfs, e);
    }
  }

  private record NodesBelow(GpuFiles files) implements DrmDevices {

    @Override
    public void make(PciPlacement placement) throws IOException {
      files.makeNodesOnly(placement);
    }

    @Override
    public void remove(PciPlacement placement) throws IOException {
      files.removeNodesOnly(placement);
    }
  }

  @Override
  public Path sysfsRoot() {
    return root.path().resolve(GpuFiles.SYSFS);
  }

  @Override
  public Path devRoot() {
    return root.path().resolve(GpuFiles.DEV);
  }

  @Override
  public List<PlacedGpu> gpus() {
    return kernel.gpus();
  }

  @Override
  public TopologyChange apply(Topology topology) throws IOException {
    return kernel.apply(topology);
  }

  @Override
  public void tick() {
    kernel.settle();
  }

  /** Unmounts and removes everything that was made; a second call does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    mount.close();
    files.removeAll();
    root.close();
  }
}
