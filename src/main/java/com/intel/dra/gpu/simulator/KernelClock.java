package com.intel.dra.gpu.simulator;

import java.time.Duration;

/** Time, as the simulated kernel spends it. */
interface KernelClock {

  KernelClock SYSTEM =
      new KernelClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  long nanoTime();

  void sleep(Duration duration) throws InterruptedException;
}
