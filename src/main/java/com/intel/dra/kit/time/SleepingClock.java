package com.intel.dra.kit.time;

import java.time.Duration;

/**
 * The time that passes during a wait, and the only way to sleep; tests replace it so that they do
 * not have to wait.
 */
public interface SleepingClock {

  /** The system's time. */
  SleepingClock SYSTEM =
      new SleepingClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  /** Has the meaning of {@link System#nanoTime}. */
  long nanoTime();

  void sleep(Duration duration) throws InterruptedException;
}
