package com.intel.dra.gpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Sends many requests as fast as the API server accepts them. */
final class InParallel {

  private static final int AT_A_TIME = 32;

  private InParallel() {}

  /**
   * Runs all of the work, some at a time. If something fails, throws the first failure of the list
   * after all have ended.
   */
  static void run(List<? extends Callable<?>> work)
      throws InterruptedException, ExecutionException {
    var permits = new Semaphore(AT_A_TIME);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<?>>();
      for (Callable<?> task : work) {
        permits.acquire();
        results.add(
            executor.submit(
                () -> {
                  try {
                    return task.call();
                  } finally {
                    permits.release();
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
  }
}
