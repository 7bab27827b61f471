package com.intel.dra.gpu.sysfs;

import java.time.Duration;

/** Time as it passes while something is awaited, so that tests need not wait. */
public interface WaitClock {

  /** The real time. */
  WaitClock SYSTEM =
      new WaitClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  void sleep(Duration duration) throws InterruptedException;
}
