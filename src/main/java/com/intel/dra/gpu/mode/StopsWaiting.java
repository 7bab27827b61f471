package com.intel.dra.gpu.mode;

/**
 * While it is open, a signal that ends the process interrupts this thread. For what waits while the
 * application starts: Quarkus stops only what has started, so it waits for the start to end, one
 * way or the other, until the grace period is over.
 */
public final class StopsWaiting implements AutoCloseable {

  /** Where threads are announced that are to run when the process is to end. */
  interface Shutdown {

    void add(Thread hook);

    void remove(Thread hook);
  }

  private static final Shutdown OF_THE_JVM =
      new Shutdown() {
        @Override
        public void add(Thread hook) {
          Runtime.getRuntime().addShutdownHook(hook);
        }

        @Override
        public void remove(Thread hook) {
          var _ = Runtime.getRuntime().removeShutdownHook(hook);
        }
      };

  private final Shutdown shutdown;
  private final Thread hook;

  StopsWaiting(Shutdown shutdown, Thread waiting) {
    this.shutdown = shutdown;
    this.hook = new Thread(waiting::interrupt, "stops-waiting");
    shutdown.add(hook);
  }

  /** Of the thread that calls this. */
  public static StopsWaiting ofThisThread() {
    return new StopsWaiting(OF_THE_JVM, Thread.currentThread());
  }

  @Override
  public void close() {
    try {
      shutdown.remove(hook);
    } catch (IllegalStateException e) {
      // the process is ending: the thread is interrupted, or was
    }
  }
}
