package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock.Attempt;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Answers the kubelet in the mode that the agent is in. After a boot the kubelet may call before
 * the first discovery has worked, or before the claims of the Go driver are taken over. Its call
 * then waits, because after a refusal the kubelet calls again only after a minute or more.
 */
@Singleton
public class ModePreparation implements ClaimPreparer {

  private final DeadlinePreparer preparer;
  private final NodeDevices devices;
  private final TakeOver takeOver;
  private final DeviceLock lock;
  private final AgentConfig config;

  @Inject
  public ModePreparation(
      DraMode mode,
      ClassicPreparation classic,
      StructuredPreparation structured,
      NodeDevices devices,
      TakeOver takeOver,
      DeviceLock lock,
      AgentConfig config) {
    this.devices = devices;
    this.takeOver = takeOver;
    this.lock = lock;
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
    if (!await(deadline, takeOver::isSettled)) {
      return new PrepareResult.Failed(
          "%s: what pods of the Go driver hold on node %s is not known yet: see the Events of the node, and the log of its node agent"
              .formatted(claim, config.nodeName()));
    }
    return await(deadline, () -> devices.known().isPresent())
        ? preparer.prepare(claim, resourceHandle, deadline)
        : new PrepareResult.Failed(
            "%s: the devices of node %s are not known yet, and are looked for again: see the log of its node agent for why discovery fails"
                .formatted(claim, config.nodeName()));
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    try {
      takeOver.ended(claim.uid());
    } catch (IOException e) {
      return new UnprepareResult.Failed(
          "%s: that it has ended could not be recorded on the node's disk, check its free space and health: %s"
              .formatted(claim, e));
    }
    return preparer.unprepare(claim);
  }

  private boolean await(Deadline deadline, BooleanSupplier condition) {
    // looks without the lock first, because claims are written to the disk under it
    return condition.getAsBoolean()
        || lock.untilFinal(
            deadline,
            () ->
                condition.getAsBoolean() ? new Attempt.Final<>(true) : new Attempt.NotYet<>(false));
  }
}
