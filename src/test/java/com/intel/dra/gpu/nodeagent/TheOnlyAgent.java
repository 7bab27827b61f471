package com.intel.dra.gpu.nodeagent;

import java.nio.file.Path;

/** Of a node with one agent, which locks nothing. */
final class TheOnlyAgent extends ActingAgent {

  TheOnlyAgent() {
    super(Path.of("unused"));
  }

  @Override
  synchronized boolean isActing() {
    return true;
  }
}
