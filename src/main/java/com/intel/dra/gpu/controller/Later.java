package com.intel.dra.gpu.controller;

import java.time.Duration;

/** Runs things after a while, on a thread that may block. What is due at the end is forgotten. */
interface Later {

  void after(Duration delay, Runnable task);
}
