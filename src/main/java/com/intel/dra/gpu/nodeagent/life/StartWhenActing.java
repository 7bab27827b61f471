package com.intel.dra.gpu.nodeagent.life;

/**
 * Begins something once this agent acts: at once, or when the other one has ended. What fails to
 * begin is begun again with the next try, for an agent that acts keeps all others from it.
 */
public final class StartWhenActing {

  private final ActingAgent acting;
  private final Runnable begin;
  private boolean begun;

  /**
   * @param begin may be repeated when it has thrown
   */
  public StartWhenActing(ActingAgent acting, Runnable begin) {
    this.acting = acting;
    this.begin = begin;
  }

  /** To be called again and again. */
  public synchronized void tryToBegin() {
    if (begun) {
      return;
    }
    acting.tryToAct();
    if (acting.isActing()) {
      begin.run();
      begun = true;
    }
  }

  public synchronized boolean hasBegun() {
    return begun;
  }
}
