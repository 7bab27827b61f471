package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.devices.VfHosts.Attempt;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/**
 * Answers the kubelet in the mode that the agent is in. After a boot the kubelet may call before
 * the first discovery has worked; it is let wait, for a refusal has it call again only after a
 * minute or more.
 */
@Singleton
public class ModePreparation implements ClaimPreparer {

  private final DeadlinePreparer preparer;
  private final NodeDevices devices;
  private final VfHosts hosts;
  private final AgentConfig config;

  @Inject
  public ModePreparation(
      DraMode mode,
      ClassicPreparation classic,
      StructuredPreparation structured,
      NodeDevices devices,
      VfHosts hosts,
      AgentConfig config) {
    this.devices = devices;
    this.hosts = hosts;
    this.config = config;
    this.preparer =
        switch (mode) {
          case CLASSIC -> classic;
          case STRUCTURED -> structured;
        };
  }

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    return prepare(claim, resourceHandle, Duration.ZERO);
  }

  @Override
  public PrepareResult prepare(
      ClaimReference claim, Optional<String> resourceHandle, Duration waited) {
    Deadline deadline = Deadline.of(config.prepareWait().minus(waited));
    return awaitDiscovery(deadline)
        ? preparer.prepare(claim, resourceHandle, deadline)
        : new PrepareResult.Failed(
            "%s: the devices of node %s are not known yet, and are looked for again: see the log of its node agent for why discovery fails"
                .formatted(claim, config.nodeName()));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return preparer.unprepare(claim);
  }

  private boolean awaitDiscovery(Deadline deadline) {
    // first without the lock, under which claims are written to the disk
    return devices.known().isPresent()
        || hosts.untilFinal(
            deadline,
            () ->
                devices.known().isPresent()
                    ? new Attempt.Final<>(true)
                    : new Attempt.NotYet<>(false));
  }
}
