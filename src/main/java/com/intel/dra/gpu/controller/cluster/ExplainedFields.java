package com.intel.dra.gpu.controller.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassSpec;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import org.jspecify.annotations.Nullable;

/** What is kept of the objects that say why a pod waits, in structured mode. */
final class ExplainedFields {

  private ExplainedFields() {}

  /** Replaces what is kept of pods, too. */
  static void keep(ObjectMapper mapper) {
    mapper
        .addMixIn(ResourceClaim.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(ResourceSlice.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(DeviceClass.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(DeviceClaim.class, WithoutConfig.class)
        .addMixIn(DeviceAllocationResult.class, WithoutConfig.class)
        .addMixIn(DeviceClassSpec.class, WithoutConfig.class)
        .addMixIn(ResourceClaimStatus.class, WithoutDevices.class)
        .addMixIn(Node.class, OnlyLabelsAndSpec.class)
        .addMixIn(PodSpec.class, UsedOfPodSpec.class)
        .addMixIn(Affinity.class, OnlyNodeAffinity.class)
        .addMixIn(NodeAffinity.class, OnlyRequired.class);
  }

  /** Parameters for drivers: up to 10 KiB for each of 32 requests. */
  @JsonIgnoreProperties("config")
  private abstract static class WithoutConfig {}

  /** What drivers say of the devices of a claim. */
  @JsonIgnoreProperties("devices")
  private abstract static class WithoutDevices {}

  @JsonIgnoreProperties("status")
  private abstract static class OnlyLabelsAndSpec {
    @JsonIgnoreProperties({"annotations", "selfLink"})
    @JsonDeserialize(converter = WithoutUnusedFields.FewOwners.class)
    @Nullable ObjectMeta metadata;
  }

  @JsonIncludeProperties({
    "nodeName",
    "resourceClaims",
    "nodeSelector",
    "affinity",
    "tolerations",
    "schedulingGates"
  })
  private abstract static class UsedOfPodSpec {}

  @JsonIncludeProperties("nodeAffinity")
  private abstract static class OnlyNodeAffinity {}

  @JsonIncludeProperties("requiredDuringSchedulingIgnoredDuringExecution")
  private abstract static class OnlyRequired {}
}
