package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.simulator.fuse.FuseMount;
import com.intel.dra.gpu.sysfs.WaitClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A node with simulated GPUs whose {@code sysfs/} answers as the kernel does: a file system mounted
 * there, with a {@link SimulatedKernel} behind it. {@code dev/dri/} beside it holds device nodes,
 * which a FUSE mount could not. All is there until {@link #close}; what a killed process left, its
 * mount too, is cleaned up by the next one on the same root.
 */
final class ServedNode implements Node {

  private final RootFolder root;
  private final GpuFiles files;
  private final SimulatedKernel kernel;
  private final FuseMount mount;
  private boolean closed;

  private ServedNode(RootFolder root, GpuFiles files, SimulatedKernel kernel, FuseMount mount) {
    this.root = root;
    this.files = files;
    this.kernel = kernel;
    this.mount = mount;
  }

  /**
   * Makes the GPUs of a topology and mounts. On failure everything made is removed again.
   *
   * @param path a folder of its own; made when missing
   * @param log is told what the kernel does, in one line each
   * @throws UnusableRootException when the folder is somebody else's
   * @throws MknodException when device nodes are wanted and the kernel refuses them
   * @throws UnmountableException when the kernel refuses the mount
   */
  static ServedNode create(
      Path path, Topology topology, DeviceNodes deviceNodes, WaitClock clock, Consumer<String> log)
      throws IOException {
    RootFolder root = RootFolder.open(path);
    GpuFiles files = new GpuFiles(root, deviceNodes);
    try {
      files.removeAll();
      root.makeFolder(GpuFiles.DEV_DRI);
      root.makeFolder(GpuFiles.SYSFS);
      SimulatedKernel kernel = new SimulatedKernel(clock, new NodesBelow(files), log);
      kernel.apply(topology);
      return new ServedNode(root, files, kernel, mount(root, kernel, log));
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

  private record NodesBelow(GpuFiles files) implements SimulatedKernel.DrmDevices {

    @Override
    public void make(Placement placement) throws IOException {
      files.makeNodesOnly(placement);
    }

    @Override
    public void remove(Placement placement) throws IOException {
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

  /** Unmounts and removes everything made; a second call does nothing. */
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
