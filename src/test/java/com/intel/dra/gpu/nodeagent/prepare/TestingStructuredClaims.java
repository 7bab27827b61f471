package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;

import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.OpaqueDeviceConfiguration;
import io.fabric8.kubernetes.api.model.resource.v1.OpaqueDeviceConfigurationBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The API server's claims, as the scheduler allocates them. */
public final class TestingStructuredClaims extends StructuredClaims {

  public final Map<String, ResourceClaim> byName = new HashMap<>();
  public Runnable whenRead = () -> {};

  public TestingStructuredClaims() {
    super(NoApiServer.CLIENT);
  }

  @Override
  public Optional<ResourceClaim> read(String namespace, String name) {
    whenRead.run();
    return Optional.ofNullable(byName.get(name));
  }

  public void give(String uid, DeviceRequestAllocationResult... results) {
    byName.put(
        claim(uid).name(),
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withName(claim(uid).name())
            .withNamespace(claim(uid).namespace())
            .withUid(uid)
            .endMetadata()
            .withNewStatus()
            .withNewAllocation()
            .withNewDevices()
            .addToResults(results)
            .endDevices()
            .endAllocation()
            .endStatus()
            .build());
  }

  /** Reserves a claim for a pod, by its name and UID; the scheduler does so before it binds it. */
  public void reserve(String uid, String podName, String podUid) {
    reserve(uid, "", "pods", podName, podUid);
  }

  /** Reserves a claim for an object of any kind. */
  public void reserve(String uid, String group, String resource, String name, String ownerUid) {
    byName.computeIfPresent(
        claim(uid).name(),
        (_, claim) ->
            new ResourceClaimBuilder(claim)
                .editStatus()
                .addNewReservedFor(group, name, resource, ownerUid)
                .endStatus()
                .build());
  }

  /** The claim stays, and holds nothing any more. */
  void deallocate(String uid) {
    byName.computeIfPresent(
        claim(uid).name(),
        (_, claim) -> new ResourceClaimBuilder(claim).withNewStatus().endStatus().build());
  }

  /** Adds opaque parameters to a claim, as its author writes them. */
  void configure(String uid, String driver, String... requests) {
    byName.computeIfPresent(
        claim(uid).name(),
        (_, given) ->
            new ResourceClaimBuilder(given)
                .editOrNewSpec()
                .editOrNewDevices()
                .addNewConfig()
                .withRequests(requests)
                .withOpaque(parameters(driver))
                .endConfig()
                .endDevices()
                .endSpec()
                .build());
  }

  /** Adds those of a class to what a claim was given, as the scheduler does. */
  void configureByClass(String uid, String driver) {
    byName.computeIfPresent(
        claim(uid).name(),
        (_, given) ->
            new ResourceClaimBuilder(given)
                .editStatus()
                .editAllocation()
                .editDevices()
                .addNewConfig()
                .withSource("FromClass")
                .withOpaque(parameters(driver))
                .endConfig()
                .endDevices()
                .endAllocation()
                .endStatus()
                .build());
  }

  private static OpaqueDeviceConfiguration parameters(String driver) {
    return new OpaqueDeviceConfigurationBuilder()
        .withDriver(driver)
        .withParameters(Map.of("kind", "GpuConfig"))
        .build();
  }

  public void delete(String uid) {
    byName.remove(claim(uid).name());
  }
}
