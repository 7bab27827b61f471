package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.Gpu;

/** Starts the threads that work on VFs. */
@FunctionalInterface
public interface VfThreads {

  /**
   * Platform threads, because the kernel blocks a write for seconds. A virtual thread would then
   * block the threads that answer the kubelet.
   */
  VfThreads PLATFORM =
      (gpu, work) -> Thread.ofPlatform().daemon().name("vfs-of-" + gpu.address()).start(work);

  void start(Gpu gpu, Runnable work);
}
