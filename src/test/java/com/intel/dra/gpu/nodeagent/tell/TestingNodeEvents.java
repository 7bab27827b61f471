package com.intel.dra.gpu.nodeagent.tell;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the Events on the Node, and writes none. */
public final class TestingNodeEvents extends NodeEvents {

  /** An Event. */
  public record Told(EventReason reason, String message) {}

  public final List<Told> all = new CopyOnWriteArrayList<>();

  public TestingNodeEvents(AgentConfig config) {
    super(NoApiServer.CLIENT, config, Clock.systemUTC());
  }

  @Override
  public void tell(EventReason reason, String message) {
    all.add(new Told(reason, message));
  }
}
