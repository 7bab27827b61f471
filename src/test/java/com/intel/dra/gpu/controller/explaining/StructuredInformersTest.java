package com.intel.dra.gpu.controller.explaining;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.ExtendedResources;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pods wait for devices. */
class StructuredInformersTest {

  private static final ExtendedResources RESOURCES =
      ExtendedResources.of(
          List.of(
              new DeviceClassBuilder()
                  .withNewMetadata()
                  .withName("i915")
                  .endMetadata()
                  .withNewSpec()
                  .withExtendedResourceName("gpu.intel.com/i915")
                  .endSpec()
                  .build()));

  private static PodBuilder pending() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("a")
        .endMetadata()
        .withNewSpec()
        .addNewResourceClaim()
        .withName("gpu")
        .endResourceClaim()
        .endSpec()
        .withNewStatus()
        .withPhase("Pending")
        .endStatus();
  }

  private static boolean isWaiting(PodBuilder pod) {
    Pod built = pod.build();
    return StructuredInformers.isWaiting(built, RESOURCES);
  }

  @Test
  void aPodWithClaimsOnNoNodeWaits() {
    assertThat(isWaiting(pending())).isTrue();
  }

  private static PodBuilder asking(String resource) {
    return pending()
        .withNewSpec()
        .addNewContainer()
        .withNewResources()
        .addToRequests(resource, new Quantity("1"))
        .endResources()
        .endContainer()
        .endSpec();
  }

  @Test
  void aPodThatAsksForTheResourceOfAClassWaits() {
    assertThat(isWaiting(asking("gpu.intel.com/i915"))).isTrue();
    assertThat(isWaiting(asking("deviceclass.resource.kubernetes.io/i915"))).isTrue();
    assertThat(isWaiting(asking("gpu.intel.com/xe"))).isFalse();
  }

  @Test
  void othersDoNot() {
    assertThat(isWaiting(pending().editSpec().withNodeName("n").endSpec())).isFalse();
    assertThat(isWaiting(pending().withNewSpec().endSpec())).isFalse();
    assertThat(isWaiting(pending().withNewStatus().withPhase("Failed").endStatus())).isFalse();
    assertThat(isWaiting(pending().editSpec().addNewSchedulingGate("later").endSpec())).isFalse();
    assertThat(
            isWaiting(
                pending()
                    .editMetadata()
                    .withDeletionTimestamp("2026-01-01T00:00:00Z")
                    .endMetadata()))
        .isFalse();
  }
}
