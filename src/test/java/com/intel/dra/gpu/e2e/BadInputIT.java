package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.api.GpuClaimParameters;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A user's mistake is reported with field, value and remedy, disturbs no other user, and is over
 * when it is corrected.
 */
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
    "gpu.example.com, GpuClaimParameters, spec.parametersRef.apiGroup is \"gpu.example.com\"; it"
        + " must be gpu.dra.intel.com",
    "gpu.dra.intel.com, GpuParameters, spec.parametersRef.kind is \"GpuParameters\"; it must be"
        + " GpuClaimParameters"
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

  /**
   * A text as long as the API server permits, with the content for which an expression takes
   * longest.
   */
  @Test
  void aClaimWithAMillionDigitsHoldsUpNobody() {
    String digits = "7".repeat(1_000_000) + "x";
    cluster.claim("hostile", "intel-gpu", "gpu.dra.intel.com", digits, "good", "Immediate");

    assertThat(cluster.awaitWarning(cluster.getClaim("hostile"), "InvalidClaimParametersReference"))
        .startsWith("spec.parametersRef.kind is \"777")
        .hasSizeLessThanOrEqualTo(1024);
    cluster.parameters("big", "{count: 1, memory: 15000}");
    cluster.template("big", "big");
    cluster.pod("too-big", "", Map.of("gpu", RealCluster.ofTemplate("big")));
    cluster.awaitWarning(cluster.getPod("too-big"), "NoSuitableNode");
    cluster.parameters("fine", "{count: 1}");
    cluster.template("fine", "fine");
    cluster.pod("is-served", "", Map.of("gpu", RealCluster.ofTemplate("fine")));
    cluster.awaitRunning("is-served");
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
        .contains("asked for 15000 MiB")
        .contains("14248 MiB");

    cluster.change(GpuClaimParameters.class, "big", "{\"spec\":{\"memory\":14000}}");
    cluster.awaitRunning("too-big");
  }

  /** The API server accepts any text as the name of parameters. */
  @Test
  void aNameWithALineBreakCannotForgeALineOfTheControllersLog() {
    String forged = "2026-01-01T00:00:00.000Z INFO  [Forged] all is well";
    cluster.claim(
        "forging",
        "intel-gpu",
        "gpu.dra.intel.com",
        "GpuClaimParameters",
        "\"x\\n%s\\e[2J\"".formatted(forged),
        "Immediate");

    assertThat(cluster.awaitWarning(cluster.getClaim("forging"), "ClaimParametersNotFound"))
        .contains(forged);
    String log =
        Shell.kubectl(
            "logs",
            "--namespace=default",
            "--selector=app.kubernetes.io/name=intel-gpu-controller",
            "--tail=-1"); // of both controllers, because it is not known which one leads
    assertThat(log.lines()).anyMatch(line -> line.contains("x\\n" + forged + "\\u001b[2J"));
    assertThat(log.lines()).noneMatch(line -> line.startsWith(forged));
  }

  /** A user with write access to GpuAllocationStates writes one for a node that does not exist. */
  @Test
  void aRecordFullOfNonsenseDisturbsNobodyAndIsSwept() {
    var gas = new GpuAllocationState();
    gas.getMetadata().setName("ghost");
    gas.getMetadata().setNamespace(RealCluster.DRIVER_NAMESPACE);
    gas.setStatus("Ready");
    var offered = new HashMap<String, AllocatableDevice>();
    var given = new HashMap<String, ClaimAllocation>();
    for (int i = 0; i < 1000; i++) {
      String name = i % 2 == 0 ? "../../" + i : "0000:%02x:00.0-0x56c0-vf%d".formatted(i % 256, i);
      offered.put(
          name,
          new AllocatableDevice(
              Integer.MAX_VALUE, Integer.MAX_VALUE, "\u001b[31m", "\n", "neither", name));
      given.put(
          "claim-" + i,
          new ClaimAllocation(
              List.of(new AllocatedDevice(Integer.MAX_VALUE, "", "none", "neither", name)), "\n"));
    }
    gas.setSpec(new GpuAllocationStateSpec(offered, Map.of(), given));
    cluster.client().resource(gas).create();
    try {
      cluster.parameters("good", "{count: 1, memory: 500}");
      cluster.template("good", "good");
      cluster.pod("is-served", "", Map.of("gpu", RealCluster.ofTemplate("good")));

      cluster.awaitRunning("is-served");
      cluster.eventually(
          "what no claim stands for is taken from the record",
          () -> assertThat(cluster.gas("ghost").getSpec().resourceClaimAllocations()).isEmpty());
    } finally {
      cluster.client().resource(gas).delete();
    }
  }
}
