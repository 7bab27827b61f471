package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.kit.kubelet.proto.v1alpha3.Claim;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeGrpc;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourcesRequest;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The protocol v1alpha3 of kubelets of 1.28 to 1.30; allocations are written into the GAS. */
final class ClassicProtocol implements PrepareBench.Protocol {

  private static final int MIB = 128;

  /**
   * Time for the agent's informer; in a cluster, a controller's write is as long before the
   * kubelet's call.
   */
  private static final Duration UNTIL_SEEN = Duration.ofMillis(500);

  private static final Duration POLL = Duration.ofMillis(50);

  private final KubernetesClient client;
  private final NodeGrpc.NodeBlockingStub stub;
  private final String node;
  private final int gpus;
  private int given;
  private final Map<String, AllocatedDevice> devices = new HashMap<>();

  ClassicProtocol(
      KubernetesClient client, TestingKubelet kubelet, Path folder, String node, int gpus) {
    this.client = client;
    this.stub =
        NodeGrpc.newBlockingStub(kubelet.connect(folder.resolve("plugin").resolve("plugin.sock")));
    this.node = node;
    this.gpus = gpus;
  }

  @Override
  public void allocate(List<String> uids) throws InterruptedException {
    while (gas().get() == null) { // the agent has just started
      Thread.sleep(POLL);
    }
    for (String uid : uids) {
      String gpu = "0000:%02x:00.0-0x56c0".formatted(0x10 + given++ % gpus);
      devices.put(uid, new AllocatedDevice(MIB, "", "", "gpu", gpu));
    }
    write(uids, uid -> new ClaimAllocation(List.of(device(uid)), "pod"));
    Thread.sleep(UNTIL_SEEN);
  }

  @Override
  public void prepare(List<String> uids) {
    var response =
        stub.withDeadlineAfter(45, TimeUnit.SECONDS)
            .nodePrepareResources(
                NodePrepareResourcesRequest.newBuilder().addAllClaims(claims(uids)).build());
    for (String uid : uids) {
      var result = response.getClaimsMap().get(uid);
      if (result == null || result.getCdiDevicesCount() != 1) {
        throw new IllegalStateException("claim " + uid + " was not prepared: " + result);
      }
    }
  }

  @Override
  public void unprepare(List<String> uids) {
    var response =
        stub.withDeadlineAfter(45, TimeUnit.SECONDS)
            .nodeUnprepareResources(
                NodeUnprepareResourcesRequest.newBuilder().addAllClaims(claims(uids)).build());
    response
        .getClaimsMap()
        .forEach(
            (uid, result) -> {
              if (!result.getError().isEmpty()) {
                throw new IllegalStateException(
                    "claim " + uid + " was not unprepared: " + result.getError());
              }
            });
  }

  @Override
  public void free(List<String> uids) {
    write(uids, _ -> null);
    devices.keySet().removeAll(uids);
  }

  private AllocatedDevice device(String uid) {
    AllocatedDevice device = devices.get(uid);
    if (device == null) {
      throw new IllegalArgumentException("claim " + uid + " is not allocated");
    }
    return device;
  }

  private List<Claim> claims(Collection<String> uids) {
    return uids.stream()
        .map(uid -> TestingKubelet.claim(uid, new ResourceHandle(List.of(device(uid))).encode()))
        .toList();
  }

  private void write(List<String> uids, Function<String, @Nullable ClaimAllocation> value) {
    String members =
        uids.stream()
            .map(uid -> "\"%s\":%s".formatted(uid, Serialization.asJson(value.apply(uid))))
            .collect(Collectors.joining(","));
    gas()
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"resourceClaimAllocations\":{%s}}}".formatted(members));
  }

  private Resource<GpuAllocationState> gas() {
    return client.resources(GpuAllocationState.class).inNamespace("default").withName(node);
  }
}
