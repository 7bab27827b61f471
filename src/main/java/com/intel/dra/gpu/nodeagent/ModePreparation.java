package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.VfHosts.Attempt;
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
class ModePreparation implements ClaimPreparer {

  private final PatientPreparer preparer;
  private final NodeDevices devices;
  private final VfHosts hosts;
  private final AgentConfig config;

  @Inject
  ModePreparation(
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
    Patience patience = Patience.of(config.prepareWait().minus(waited));
    return awaitDiscovery(patience)
        ? preparer.prepare(claim, resourceHandle, patience)
        : new PrepareResult.Failed(
            "%s: the devices of node %s are not known yet, and are looked for again: see the log of its node agent for why discovery fails"
                .formatted(claim, config.nodeName()));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return preparer.unprepare(claim);
  }

  private boolean awaitDiscovery(Patience patience) {
    // first without the lock, under which claims are written to the disk
    return devices.known().isPresent()
        || hosts.untilFinal(
            patience,
            () ->
                devices.known().isPresent()
                    ? new Attempt.Final<>(true)
                    : new Attempt.NotYet<>(false));
  }
}
