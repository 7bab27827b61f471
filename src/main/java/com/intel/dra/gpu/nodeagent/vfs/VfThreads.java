package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.Gpu;

/** Where the work on a GPU's VFs runs, apart from what decided it. */
@FunctionalInterface
public interface VfThreads {

  /**
   * Platform threads: the kernel keeps one inside a write for seconds, and a virtual thread would
   * keep from running what the kubelet waits for.
   */
  VfThreads PLATFORM =
      (gpu, work) -> Thread.ofPlatform().daemon().name("vfs-of-" + gpu.address()).start(work);

  void start(Gpu gpu, Runnable work);
}
