package com.intel.dra.gpu.bench;

import com.intel.dra.kit.kubelet.proto.v1.Claim;
import com.intel.dra.kit.kubelet.proto.v1.DRAPluginGrpc;
import com.intel.dra.kit.kubelet.proto.v1.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1.NodeUnprepareResourcesRequest;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * resource.k8s.io/v1: claims with shares of GPUs, allocated in the form in which the scheduler
 * writes them.
 */
public final class V1Protocol implements PrepareBench.Protocol {

  private static final String DRIVER = "gpu.intel.com";
  private static final String NAMESPACE = "default";
  private static final Quantity SHARE = new Quantity("128Mi");
  private static final Duration POLL = Duration.ofMillis(20);

  private final KubernetesClient client;
  private final TestingKubelet kubelet;
  private final Path folder;
  private final String node;
  private final Map<String, String> uidInCluster = new HashMap<>();
  private List<String> gpus = List.of();
  private int given;
  private DRAPluginGrpc.@Nullable DRAPluginBlockingStub connected;

  /**
   * @param folder has the agent's sockets in {@code plugin}
   */
  public V1Protocol(KubernetesClient client, TestingKubelet kubelet, Path folder, String node) {
    this.client = client;
    this.kubelet = kubelet;
    this.folder = folder;
    this.node = node;
  }

  @Override
  public void allocate(List<String> names) throws InterruptedException {
    while (gpus.isEmpty()) {
      gpus = publishedGpus();
      Thread.sleep(POLL);
    }
    for (String name : names) {
      ResourceClaim claim =
          client
              .resource(
                  new ResourceClaimBuilder()
                      .withNewMetadata()
                      .withName("claim-" + name)
                      .withNamespace(NAMESPACE)
                      .endMetadata()
                      .withNewSpec()
                      .withNewDevices()
                      .addNewRequest()
                      .withName("gpu")
                      .withNewExactly()
                      .withDeviceClassName(DRIVER)
                      .endExactly()
                      .endRequest()
                      .endDevices()
                      .endSpec()
                      .build())
              .create();
      uidInCluster.put(name, claim.getMetadata().getUid());
      claim =
          new ResourceClaimBuilder(claim)
              .withNewStatus()
              .withNewAllocation()
              .withNewDevices()
              .addToResults(
                  new DeviceRequestAllocationResultBuilder()
                      .withRequest("gpu")
                      .withDriver(DRIVER)
                      .withPool(node)
                      .withDevice(gpus.get(given++ % gpus.size()))
                      .withShareID(UUID.randomUUID().toString())
                      .withConsumedCapacity(Map.of("memory", SHARE))
                      .build())
              .endDevices()
              .endAllocation()
              .endStatus()
              .build();
      client.resource(claim).updateStatus();
    }
  }

  /** Returns the names of the whole GPUs in the order of their addresses. */
  private List<String> publishedGpus() {
    return client.resources(ResourceSlice.class).list().getItems().stream()
        .filter(slice -> DRIVER.equals(slice.getSpec().getDriver()))
        .flatMap(slice -> slice.getSpec().getDevices().stream())
        .filter(device -> Boolean.TRUE.equals(device.getAllowMultipleAllocations()))
        .map(Device::getName)
        .sorted()
        .toList();
  }

  @Override
  public void prepare(List<String> names) {
    var request = NodePrepareResourcesRequest.newBuilder().addAllClaims(claims(names)).build();
    var response = stub().nodePrepareResources(request);
    for (String name : names) {
      var result = response.getClaimsMap().get(uidOf(name));
      if (result == null || result.getDevicesCount() != 1) {
        throw new IllegalStateException("claim " + name + " was not prepared: " + result);
      }
    }
  }

  @Override
  public void unprepare(List<String> names) {
    var request = NodeUnprepareResourcesRequest.newBuilder().addAllClaims(claims(names)).build();
    stub()
        .nodeUnprepareResources(request)
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
  public void free(List<String> names) {
    for (String name : names) {
      client
          .resources(ResourceClaim.class)
          .inNamespace(NAMESPACE)
          .withName("claim-" + name)
          .delete();
      uidInCluster.remove(name);
    }
  }

  private String uidOf(String name) {
    return Objects.requireNonNull(uidInCluster.get(name), "not allocated");
  }

  private List<Claim> claims(List<String> names) {
    return names.stream()
        .map(
            name ->
                Claim.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setName("claim-" + name)
                    .setUid(uidOf(name))
                    .build())
        .toList();
  }

  private DRAPluginGrpc.DRAPluginBlockingStub stub() {
    if (connected == null) {
      connected = DRAPluginGrpc.newBlockingStub(kubelet.connect(pluginSocket()));
    }
    return connected.withDeadlineAfter(45, TimeUnit.SECONDS);
  }

  private Path pluginSocket() {
    Path socket = folder.resolve("plugin").resolve("dra.sock");
    if (!Files.exists(socket)) {
      throw new IllegalStateException("the agent serves no " + socket);
    }
    return socket;
  }
}
