package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.logs.LogField;
import com.intel.dra.gpu.logs.LogFields;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Logs one line for each decision that was carried out. {@link EventPublisher} reports decisions
 * that could not be.
 */
public final class DecisionLog {

  private static final Logger LOG = Logger.getLogger(DecisionLog.class);

  private DecisionLog() {}

  /** The claim has these devices now. */
  public static void allocated(
      ResourceClaim claim,
      String node,
      List<AllocatedDevice> devices,
      Optional<ObjectMeta> consumer) {
    String given =
        devices.stream()
            .map(device -> "%s (%d MiB)".formatted(device.uid(), device.memory()))
            .collect(Collectors.joining(", "));
    try (LogFields fields = of(claim).and(LogField.NODE, node)) {
      consumer.ifPresent(pod -> fields.and(LogField.POD, name(pod)));
      LOG.infof(
          "Allocated claim %s (%s) on node %s%s: %s",
          name(claim.getMetadata()),
          Claims.uid(claim),
          node,
          consumer.map(pod -> " for pod " + name(pod)).orElse(""),
          given);
    }
  }

  /** The devices of the claim on these nodes are free. */
  public static void released(ResourceClaim claim, Set<String> nodes) {
    String where = String.join(", ", nodes);
    try (LogFields _ = of(claim).and(LogField.NODE, where)) {
      LOG.infof(
          "Deallocated claim %s (%s) on node %s",
          name(claim.getMetadata()), Claims.uid(claim), where);
    }
  }

  private static LogFields of(ResourceClaim claim) {
    return LogFields.with(LogField.CLAIM, name(claim.getMetadata()));
  }

  private static String name(ObjectMeta meta) {
    return meta.getNamespace() + "/" + meta.getName();
  }
}
