package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.fuse.ServedFiles;
import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import com.intel.dra.kit.time.SleepingClock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Simulates the kernel for a set of GPUs. It shows the GPUs in a tree and carries out what {@link
 * SriovRules} decides about each write, with the kernel's delays and the configured {@link Fault}s.
 *
 * <p>As in the kernel, a write to {@code sriov_numvfs} returns when all is done, and readers of
 * that file wait until then; everything else continues meanwhile.
 */
public final class SimulatedKernel implements ServedFiles {

  private final Consumer<String> log;
  private final KernelGpus gpus = new KernelGpus();
  private final GpuSwitch gpuSwitch;
  private final VfSwitch vfSwitch;
  private final PfWriter writer;

  /**
   * @param log receives every change and every refusal, in one line each
   */
  public SimulatedKernel(SleepingClock clock, DrmDevices devices, Consumer<String> log) {
    var visible = new VisibleVfs(gpus, clock, devices, log);
    this.log = log;
    this.gpuSwitch = new GpuSwitch(gpus, visible, devices, log);
    this.vfSwitch = new VfSwitch(gpus, visible, clock, log);
    this.writer = new PfWriter(gpus, vfSwitch, clock);
  }

  public List<PlacedGpu> gpus() {
    return gpus.all().stream().map(KernelPf::placed).toList();
  }

  /**
   * Removes GPUs together with their VFs, and adds GPUs, until they match the topology. GPUs that
   * are in both are not touched, but get the faults of the new topology.
   *
   * @throws IOException if a device node cannot be made, or no card number is free
   */
  public TopologyChange apply(Topology topology) throws IOException {
    synchronized (gpus) {
      TopologyChange change = gpuSwitch.apply(topology);
      vfSwitch.catchUp();
      return change;
    }
  }

  /** Carries out what has become due. */
  public void settle() {
    vfSwitch.settle();
  }

  @Override
  public Optional<TreeEntry> find(String path) {
    settle();
    TreeEntry entry = gpus.root();
    if (!path.isEmpty()) {
      for (String name : path.split("/")) {
        if (!(entry instanceof TreeEntry.Folder folder) || folder.children().get(name) == null) {
          return Optional.empty();
        }
        entry = folder.children().get(name);
      }
    }
    return Optional.of(entry);
  }

  @Override
  public Answer read(String path) {
    Optional<WritableFile> file = gpus.writableFile(path);
    if (file.isPresent() && file.get().kind() instanceof PfFile.NumVfs) {
      ReentrantLock device = file.get().pf().deviceLock();
      try {
        device.lockInterruptibly();
      } catch (InterruptedException e) {
        return new Answer.Refused(Errno.EINTR);
      }
      device.unlock();
    }
    return find(path)
        .map(
            entry ->
                entry instanceof TreeEntry.Attribute(String content, boolean any)
                    ? new Answer.Done(content + "\n")
                    : new Answer.Refused(Errno.EISDIR))
        .orElseGet(() -> new Answer.Refused(Errno.ENODEV)); // as sysfs does for files that are gone
  }

  @Override
  public Answer write(String path, String text) {
    settle();
    return gpus.writableFile(path)
        .map(file -> writer.write(new PfWrite(file, text, log)))
        .orElseGet(() -> new Answer.Refused(Errno.ENODEV));
  }
}
