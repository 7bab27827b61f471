package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;

import com.intel.dra.gpu.explain.RandomCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A random cluster as objects of a real one, for a pod on one of its two nodes. Its devices have a
 * driver of their own, so that many cases are in one cluster and none sees the devices of another.
 *
 * @param claims with the status that they are to have
 */
record SeparateCase(
    long seed,
    String node,
    List<ResourceSlice> slices,
    List<DeviceClass> classes,
    List<ResourceClaim> claims,
    Pod pod) {

  private static final Map<String, String> NODES = Map.of("n1", "node1", "n2", "node2");

  /**
   * @param node of the random cluster, "n1" or "n2"
   * @param namespace of pod and claims
   */
  static SeparateCase of(long seed, String node, String namespace) {
    RandomCluster.Case random = RandomCluster.of(seed);
    String id = seed + node;
    List<ResourceSlice> slices = copies(random.view().slices(), ResourceSlice.class, id);
    slices.forEach(slice -> place(slice, id));
    complete(slices);
    List<DeviceClass> classes = copies(random.view().classes(), DeviceClass.class, id);
    classes.forEach(one -> one.getMetadata().setName(className(one.getMetadata().getName(), id)));
    List<ResourceClaim> claims = copies(random.view().claims(), ResourceClaim.class, id);
    claims.forEach(claim -> name(claim, namespace, id));
    return new SeparateCase(
        seed,
        requireNonNull(NODES.get(node)),
        slices,
        classes,
        claims,
        pod(random.pod(), namespace, node, id));
  }

  private static <T extends HasMetadata> List<T> copies(List<T> objects, Class<T> type, String id) {
    return objects.stream()
        .map(object -> Serialization.asJson(object).replace("gpu.intel.com", driver(id)))
        .map(json -> Serialization.unmarshal(json, type))
        .toList();
  }

  private static String driver(String id) {
    return "gpu-" + id + ".intel.com";
  }

  private static String className(String name, String id) {
    return name + "-" + id;
  }

  private static void place(ResourceSlice slice, String id) {
    slice.getMetadata().setName("case-" + id + "-" + slice.getMetadata().getName());
    slice.getSpec().setNodeName(real(slice.getSpec().getNodeName()));
    for (Device device : slice.getSpec().getDevices()) {
      device.setNodeName(real(device.getNodeName()));
    }
  }

  private static @Nullable String real(@Nullable String node) {
    return node == null ? null : NODES.get(node);
  }

  private static void name(ResourceClaim claim, String namespace, String id) {
    claim.getMetadata().setNamespace(namespace);
    claim.getMetadata().setName(claim.getMetadata().getName() + "-" + id);
    claim.getMetadata().setUid(null);
    List<DeviceRequest> requests = claim.getSpec().getDevices().getRequests();
    for (DeviceRequest request : requests) {
      if (request.getExactly() != null) {
        request
            .getExactly()
            .setDeviceClassName(className(request.getExactly().getDeviceClassName(), id));
      }
      request
          .getFirstAvailable()
          .forEach(one -> one.setDeviceClassName(className(one.getDeviceClassName(), id)));
    }
    ResourceClaimStatus status = claim.getStatus();
    if (status != null) {
      // the API server wants the request of which a result speaks
      for (DeviceRequestAllocationResult result :
          status.getAllocation().getDevices().getResults()) {
        requests.add(
            new DeviceRequestBuilder()
                .withName(result.getRequest())
                .withNewExactly()
                .withDeviceClassName(className("any", id))
                .withAllocationMode("ExactCount")
                .withCount(1L)
                .withAdminAccess(result.getAdminAccess())
                .endExactly()
                .build());
      }
    }
  }

  private static Pod pod(Pod random, String namespace, String node, String id) {
    Pod pod =
        new PodBuilder(random)
            .editMetadata()
            .withNamespace(namespace)
            .withName("pod-" + id)
            .withUid(null)
            .endMetadata()
            .editSpec()
            .withTerminationGracePeriodSeconds(1L)
            .addToNodeSelector("kubernetes.io/hostname", NODES.get(node))
            .addNewContainer()
            .withName("main")
            .withImage(TestObjects.IMAGE)
            .endContainer()
            .endSpec()
            .build();
    pod.getSpec()
        .getResourceClaims()
        .forEach(claim -> claim.setResourceClaimName(claim.getResourceClaimName() + "-" + id));
    return pod;
  }

  /** An incomplete pool ends each attempt of a claim for all devices, also in the other cases. */
  private static void complete(List<ResourceSlice> slices) {
    Map<String, Long> counts =
        slices.stream()
            .collect(Collectors.groupingBy(SeparateCase::generation, Collectors.counting()));
    slices.forEach(
        slice -> slice.getSpec().getPool().setResourceSliceCount(counts.get(generation(slice))));
  }

  private static String generation(ResourceSlice slice) {
    return slice.getSpec().getPool().getName() + " " + slice.getSpec().getPool().getGeneration();
  }
}
