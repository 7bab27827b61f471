package com.intel.dra.gpu.explain;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.List;

/**
 * What somebody wants to add to a cluster.
 *
 * @param groups in the order in which they are placed
 * @param classes take the place of those with the same names
 * @param claims those of them that the cluster does not have
 * @param templates take the place of those with the same names
 */
public record FitPlan(
    List<PodGroup> groups,
    List<DeviceClass> classes,
    List<ResourceClaim> claims,
    List<ResourceClaimTemplate> templates) {

  public FitPlan {
    groups = List.copyOf(groups);
    classes = List.copyOf(classes);
    claims = List.copyOf(claims);
    templates = List.copyOf(templates);
  }

  /** Pods whose claims and templates the cluster has. */
  static FitPlan of(Pod pod, int replicas) {
    return new FitPlan(
        List.of(new PodGroup("pod", pod, replicas, false)), List.of(), List.of(), List.of());
  }
}
