package com.intel.dra.gpu.nodeagent.life;

/**
 * Runs an action once when this agent acts: at once, or when the other agent has ended. If the
 * action fails, the next try runs it again, because an agent that acts keeps all others from
 * acting.
 */
public final class StartWhenActing {

  private final ActingAgent acting;
  private final Runnable begin;
  private boolean begun;

  /**
   * @param begin may be called again after it has thrown
   */
  public StartWhenActing(ActingAgent acting, Runnable begin) {
    this.acting = acting;
    this.begin = begin;
  }

  /** Call this periodically. */
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
