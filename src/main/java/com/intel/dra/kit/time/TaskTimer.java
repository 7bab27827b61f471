package com.intel.dra.kit.time;

import java.time.Duration;

/** Runs things after a while, on a thread that may block. What is due at the end is forgotten. */
public interface TaskTimer {

  void after(Duration delay, Runnable task);
}
