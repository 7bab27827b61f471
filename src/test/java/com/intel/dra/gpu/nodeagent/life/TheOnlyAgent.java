package com.intel.dra.gpu.nodeagent.life;

import java.nio.file.Path;

/** An agent that is alone on its node and locks nothing. */
public final class TheOnlyAgent extends ActingAgent {

  public TheOnlyAgent() {
    super(Path.of("unused"));
  }

  @Override
  public synchronized boolean isActing() {
    return true;
  }
}
