package com.intel.dra.gpu.controller.answering;

import com.intel.dra.gpu.explain.PodGroup;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.List;

/**
 * What a manifest has of pods and of what they ask for.
 *
 * @param withoutDevices what makes pods that ask for no devices, the first of them
 * @param moreWithoutDevices how many more there are
 */
record Manifest(
    List<PodGroup> groups,
    List<String> withoutDevices,
    int moreWithoutDevices,
    List<DeviceClass> classes,
    List<ResourceClaim> claims,
    List<ResourceClaimTemplate> templates) {

  Manifest {
    groups = List.copyOf(groups);
    withoutDevices = List.copyOf(withoutDevices);
    classes = List.copyOf(classes);
    claims = List.copyOf(claims);
    templates = List.copyOf(templates);
  }
}
