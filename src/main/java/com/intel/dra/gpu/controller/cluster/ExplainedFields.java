package com.intel.dra.gpu.controller.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.intel.dra.gpu.explain.ExtendedResources;
import com.intel.dra.gpu.explain.TooLarge;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassSpec;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimSpec;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the objects that say why a pod waits, in structured mode. Users can write a
 * megabyte into fields that are used; of objects with so much only that is kept ({@link TooLarge}).
 */
final class ExplainedFields {

  private ExplainedFields() {}

  /** Replaces what is kept of pods, too. */
  static void keep(ObjectMapper mapper) {
    mapper
        .addMixIn(Pod.class, BoundedPod.class)
        .addMixIn(PodStatus.class, UsedOfPodStatus.class)
        .addMixIn(ResourceClaim.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(ResourceClaimSpec.class, BoundedClaim.class)
        .addMixIn(ResourceSlice.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(Device.class, WithSharedValues.class)
        .addMixIn(DeviceCounterConsumption.class, WithSharedCounters.class)
        .addMixIn(CounterSet.class, WithSharedCounters.class)
        .addMixIn(DeviceClass.class, WithoutUnusedFields.WithoutAnnotations.class)
        .addMixIn(DeviceClaim.class, WithoutConfig.class)
        .addMixIn(DeviceClassSpec.class, WithoutConfig.class)
        .addMixIn(DeviceAllocationResult.class, WithoutConfig.class)
        .addMixIn(ResourceClaimStatus.class, WithoutDevices.class)
        .addMixIn(Node.class, UsedOfNode.class)
        .addMixIn(NodeStatus.class, UsedOfNodeStatus.class)
        .addMixIn(PodSpec.class, UsedOfPodSpec.class)
        .addMixIn(Container.class, UsedOfContainer.class)
        .addMixIn(ResourceRequirements.class, UsedOfResources.class)
        .addMixIn(Affinity.class, OnlyNodeAffinity.class)
        .addMixIn(NodeAffinity.class, OnlyRequired.class);
  }

  private abstract static class BoundedPod extends WithoutUnusedFields.WithoutAnnotations {
    @JsonDeserialize(converter = OfPodSpec.class)
    @Nullable PodSpec spec;
  }

  /** Nothing of a pod that cannot wait for devices. */
  static final class OfPodSpec extends StdConverter<PodSpec, PodSpec> {
    @Override
    public PodSpec convert(PodSpec spec) {
      boolean asks =
          Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream())
              .anyMatch(container -> !requests(container).isEmpty());
      if (spec.getResourceClaims().isEmpty() && !asks) {
        return new PodSpec();
      }
      if (!asks) {
        spec.setContainers(List.of());
        spec.setInitContainers(List.of());
      }
      return KeptSize.of(spec) > TooLarge.MAX_CHARACTERS ? TooLarge.pod(spec) : spec;
    }
  }

  private static Map<String, Quantity> requests(Container container) {
    return container.getResources() == null || container.getResources().getRequests() == null
        ? Map.of()
        : container.getResources().getRequests();
  }

  /** Containers keep their places, which the scheduler's names of requests have. */
  @JsonIncludeProperties({"name", "resources", "restartPolicy"})
  private abstract static class UsedOfContainer {}

  @JsonIncludeProperties("requests")
  private abstract static class UsedOfResources {
    @JsonDeserialize(converter = OfResources.class)
    @Nullable Map<String, Quantity> requests;
  }

  @JsonIncludeProperties("allocatable")
  private abstract static class UsedOfNodeStatus {
    @JsonDeserialize(converter = OfResources.class)
    @Nullable Map<String, Quantity> allocatable;
  }

  /** Those that can stand for devices of a class. */
  static final class OfResources
      extends StdConverter<Map<String, Quantity>, Map<String, Quantity>> {
    @Override
    public Map<String, Quantity> convert(Map<String, Quantity> all) {
      return all.entrySet().stream()
          .filter(one -> ExtendedResources.isPossible(one.getKey()))
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }
  }

  @JsonIncludeProperties({"phase", "resourceClaimStatuses"})
  private abstract static class UsedOfPodStatus {
    @JsonDeserialize(converter = OfStatuses.class)
    @Nullable List<PodResourceClaimStatus> resourceClaimStatuses;
  }

  /** As many as a pod can have claims that is kept. */
  static final class OfStatuses
      extends StdConverter<List<PodResourceClaimStatus>, List<PodResourceClaimStatus>> {
    private static final int MAX = 1024;

    @Override
    public List<PodResourceClaimStatus> convert(List<PodResourceClaimStatus> statuses) {
      return statuses.stream().limit(MAX).collect(Collectors.toCollection(ArrayList::new));
    }
  }

  private abstract static class WithSharedValues {
    @JsonDeserialize(contentConverter = SharedValues.OfAttribute.class)
    @Nullable Map<String, DeviceAttribute> attributes;

    @JsonDeserialize(contentConverter = SharedValues.OfCapacity.class)
    @Nullable Map<String, DeviceCapacity> capacity;
  }

  private abstract static class WithSharedCounters {
    @JsonDeserialize(contentConverter = SharedValues.OfCounter.class)
    @Nullable Map<String, Counter> counters;
  }

  private abstract static class BoundedClaim {
    @JsonDeserialize(converter = OfDeviceClaim.class)
    @Nullable DeviceClaim devices;
  }

  static final class OfDeviceClaim extends StdConverter<DeviceClaim, DeviceClaim> {
    @Override
    public DeviceClaim convert(DeviceClaim devices) {
      return KeptSize.of(devices) > TooLarge.MAX_CHARACTERS ? TooLarge.claim() : devices;
    }
  }

  /** Parameters for drivers: up to 10 KiB for each of 32 requests. */
  @JsonIgnoreProperties("config")
  private abstract static class WithoutConfig {}

  /** What drivers say of the devices of a claim. */
  @JsonIgnoreProperties("devices")
  private abstract static class WithoutDevices {}

  private abstract static class UsedOfNode {
    @JsonIgnoreProperties({"annotations", "selfLink"})
    @JsonDeserialize(converter = WithoutUnusedFields.FewOwners.class)
    @Nullable ObjectMeta metadata;
  }

  @JsonIncludeProperties({
    "nodeName",
    "resourceClaims",
    "containers",
    "initContainers",
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
