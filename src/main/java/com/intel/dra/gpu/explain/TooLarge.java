package com.intel.dra.gpu.explain;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Specifications that are too large to be kept. What stands for one says so, and nothing else; the
 * explainer then says that it does not know.
 */
public final class TooLarge {

  /** The most characters of one object, with some for each element. */
  public static final int MAX_CHARACTERS = 32 * 1024;

  private static final int MAX_RESOURCES = 16;
  private static final String MARK = "explainTooLarge";

  private TooLarge() {}

  /**
   * Returns what stands for the specification of a pod. Its claims, or the resources that it asks
   * for, are needed to see that it waits.
   */
  public static PodSpec pod(PodSpec whole) {
    var mark = new PodSpec();
    mark.setAdditionalProperty(MARK, true);
    mark.setResourceClaims(whole.getResourceClaims().stream().limit(1).toList());
    if (whole.getResourceClaims().isEmpty()) {
      mark.setContainers(
          ExtendedResources.containers(whole)
              .filter(container -> !ExtendedResources.requests(container).isEmpty())
              .limit(1)
              .map(TooLarge::container)
              .toList());
    }
    mark.setSchedulingGates(whole.getSchedulingGates().stream().limit(1).toList());
    mark.setNodeName(whole.getNodeName());
    return mark;
  }

  private static Container container(Container whole) {
    return new ContainerBuilder()
        .withName(whole.getName())
        .withNewResources()
        .withRequests(
            ExtendedResources.requests(whole).entrySet().stream()
                .limit(MAX_RESOURCES)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
        .endResources()
        .build();
  }

  /** Returns what stands for what a claim asks for. */
  public static DeviceClaim claim() {
    var mark = new DeviceClaim();
    mark.setAdditionalProperty(MARK, true);
    return mark;
  }

  static boolean is(PodSpec specification) {
    return isMarked(specification.getAdditionalProperties());
  }

  static boolean is(DeviceClaim devices) {
    return isMarked(devices.getAdditionalProperties());
  }

  private static boolean isMarked(Map<String, Object> properties) {
    return Boolean.TRUE.equals(properties.get(MARK));
  }
}
