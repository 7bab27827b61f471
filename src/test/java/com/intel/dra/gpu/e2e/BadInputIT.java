package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.api.GpuClaimParameters;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user gets wrong is told with field, value and remedy, disturbs nobody, and heals. */
class BadInputIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {count: 0}                 | count must be 1 to 8 devices
          {count: 9}                 | count must be 1 to 8 devices
          {count: 1, memory: -1}     | memory is in MiB per device and must be 8 to 131072
          {count: 1, memory: 4}      | memory is in MiB per device and must be 8 to 131072
          {count: 1, memory: 131073} | memory is in MiB per device and must be 8 to 131072
          {count: 1, type: tpu}      | type must be gpu or vf
          {memory: 512}              | spec.count: Required value
          """)
  void theApiServerRefusesImpossibleParametersReadably(String spec, String message) {
    assertThatThrownBy(() -> cluster.parameters("bad", spec))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(message);
  }

  @Test
  @Tag("core")
  void aPodWhoseParametersAreMissingWaitsAndStartsWhenTheyCome() {
    cluster.template("late", "late");
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofTemplate("late")));
    cluster.eventually("the claim is made", () -> assertThat(cluster.claims()).hasSize(1));

    assertThat(cluster.awaitWarning(cluster.claims().getFirst(), "ClaimParametersNotFound"))
        .contains("spec.parametersRef.name is \"late\"")
        .contains("create it or correct the name");
    cluster.parameters("fine", "{count: 1}");
    cluster.template("fine", "fine");
    cluster.pod("is-served", "", Map.of("gpu", RealCluster.ofTemplate("fine")));
    cluster.awaitRunning("is-served");
    assertThat(cluster.phase("waits")).isEqualTo("Pending");

    cluster.parameters("late", "{count: 1, memory: 512}");

    cluster.awaitRunning("waits");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "gpu.example.com, GpuClaimParameters, spec.parametersRef.apiGroup is \"gpu.example.com\"; it must be gpu.dra.intel.com",
    "gpu.dra.intel.com, GpuParameters, spec.parametersRef.kind is \"GpuParameters\"; it must be GpuClaimParameters"
  })
  void aWrongReferenceIsToldOnTheClaim(String group, String kind, String message) {
    cluster.parameters("good", "{count: 1}");
    cluster.claim("wrong", "intel-gpu", group, kind, "good", "WaitForFirstConsumer");
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofClaim("wrong")));

    assertThat(cluster.awaitWarning(cluster.getClaim("wrong"), "InvalidClaimParametersReference"))
        .contains(message);
    cluster.stays("it stays unallocated", () -> !cluster.isAllocated("wrong"));
    assertThat(cluster.phase("waits")).isEqualTo("Pending");
  }

  @Test
  void theApiGroupIsTakenWithAndWithoutItsVersion() {
    cluster.parameters("good", "{count: 1}");
    cluster.claim(
        "with",
        "intel-gpu",
        "gpu.dra.intel.com/v1alpha",
        "GpuClaimParameters",
        "good",
        "Immediate");
    cluster.claim(
        "without", "intel-gpu", "gpu.dra.intel.com", "GpuClaimParameters", "good", "Immediate");

    cluster.eventually(
        "both are allocated",
        () -> {
          assertThat(cluster.isAllocated("with")).isTrue();
          assertThat(cluster.isAllocated("without")).isTrue();
        });
  }

  @Test
  void moreMemoryThanAnyGpuHasIsToldOnThePodWithTheFigures() {
    cluster.parameters("big", "{count: 1, memory: 15000}");
    cluster.template("big", "big");
    cluster.pod("too-big", "", Map.of("gpu", RealCluster.ofTemplate("big")));

    assertThat(cluster.awaitWarning(cluster.getPod("too-big"), "NoSuitableNode"))
        .contains("node1, node2")
        .contains("asked 15000 MiB")
        .contains("14248 MiB");

    cluster.change(GpuClaimParameters.class, "big", "{\"spec\":{\"memory\":14000}}");
    cluster.awaitRunning("too-big");
  }
}
