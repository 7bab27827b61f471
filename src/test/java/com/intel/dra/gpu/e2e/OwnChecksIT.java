package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuClaimParameters;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The controller finds invalid parameters that an older or looser schema accepted. The test loosens
 * the schema of the cluster.
 */
class OwnChecksIT {

  private static final String CRD = "gpuclaimparameters.gpu.dra.intel.com";
  private static final String COUNT = "it must be 1 to 8, ask for more with further claims";
  private static final String MEMORY =
      "it is in MiB per device and must be 8 to 131072, or 0 for no requirement";

  /** What the parameters request, and the message of the Event. */
  private record Bad(String name, String spec, String message) {}

  private static final List<Bad> ALL =
      List.of(
          new Bad("count-0", "{count: 0}", "spec.count is 0; " + COUNT),
          new Bad("count-9", "{count: 9}", "spec.count is 9; " + COUNT),
          new Bad("memory-minus-1", "{count: 1, memory: -1}", "spec.memory is -1; " + MEMORY),
          new Bad("memory-4", "{count: 1, memory: 4}", "spec.memory is 4; " + MEMORY),
          new Bad(
              "memory-131073", "{count: 1, memory: 131073}", "spec.memory is 131073; " + MEMORY),
          new Bad(
              "type-tpu", "{count: 1, type: tpu}", "spec.type is \"tpu\"; it must be gpu or vf"),
          new Bad("no-count", "{memory: 512}", "spec.count is missing; give 1 to 8"));

  private static final String GOOD = "{\"spec\":{\"count\":1,\"memory\":512,\"type\":\"gpu\"}}";

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private CustomResourceDefinition strict = new CustomResourceDefinition();

  @BeforeEach
  void loosenTheSchema() {
    strict = crd();
    CustomResourceDefinition loose = crd();
    loosen(loose);
    replaceCrd(loose);
    cluster.eventually(
        "the loose schema counts", () -> assertThat(isAccepted(ALL.getFirst())).isTrue());
  }

  @AfterEach
  void restoreTheSchema() {
    replaceCrd(strict);
    cluster.eventually(
        "the strict schema counts again", () -> assertThat(isAccepted(ALL.getFirst())).isFalse());
  }

  @Test
  void theControllerTellsWhatIsWrongDisturbsNobodyAndThePodsStartOnceItIsCorrected() {
    cluster.parameters("good", "{count: 1, memory: 256}");
    cluster.template("good", "good");
    cluster.pod("before", "", Map.of("gpu", RealCluster.ofTemplate("good")));
    cluster.awaitRunning("before");

    for (Bad bad : ALL) {
      cluster.parameters(bad.name(), bad.spec());
      cluster.claim(bad.name(), bad.name(), "WaitForFirstConsumer");
      cluster.pod(bad.name(), "", Map.of("gpu", RealCluster.ofClaim(bad.name())));
    }
    for (Bad bad : ALL) {
      assertThat(cluster.awaitWarning(cluster.getClaim(bad.name()), "InvalidClaimParameters"))
          .startsWith("GpuClaimParameters %s/%s: ".formatted(cluster.namespace(), bad.name()))
          .contains(bad.message());
    }

    cluster.pod("meanwhile", "", Map.of("gpu", RealCluster.ofTemplate("good")));
    cluster.awaitRunning("meanwhile");
    assertThat(cluster.phase("before")).isEqualTo("Running");
    for (Bad bad : ALL) {
      assertThat(cluster.phase(bad.name())).as(bad.name()).isEqualTo("Pending");
      assertThat(cluster.isAllocated(bad.name())).as(bad.name()).isFalse();
    }

    for (Bad bad : ALL) {
      cluster.change(GpuClaimParameters.class, bad.name(), GOOD);
    }
    cluster.awaitRunning(ALL.stream().map(Bad::name).toArray(String[]::new));
  }

  @Test
  void anImmediateClaimWithBadParametersIsToldTheSame() {
    Bad bad = ALL.getFirst();
    cluster.parameters(bad.name(), bad.spec());
    cluster.claim(bad.name(), bad.name(), "Immediate");

    assertThat(cluster.awaitWarning(cluster.getClaim(bad.name()), "InvalidClaimParameters"))
        .contains(bad.message());

    cluster.change(GpuClaimParameters.class, bad.name(), GOOD);
    cluster.awaitAllocated(bad.name());
  }

  private static void loosen(CustomResourceDefinition crd) {
    JSONSchemaProps object =
        crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    JSONSchemaProps spec = requireNonNull(object.getProperties().get("spec"));
    spec.setRequired(List.of());
    spec.getProperties().values().forEach(field -> field.setXKubernetesValidations(List.of()));
  }

  private CustomResourceDefinition crd() {
    return cluster
        .client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(CRD)
        .require();
  }

  private void replaceCrd(CustomResourceDefinition wanted) {
    cluster
        .client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(CRD)
        .edit(now -> new CustomResourceDefinitionBuilder(now).withSpec(wanted.getSpec()).build());
  }

  private boolean isAccepted(Bad bad) {
    String name = "schema-probe";
    try {
      cluster.parameters(name, bad.spec());
    } catch (KubernetesClientException e) {
      assertThat(e.getCode()).isEqualTo(422);
      return false;
    }
    cluster
        .client()
        .resources(GpuClaimParameters.class)
        .inNamespace(cluster.namespace())
        .withName(name)
        .delete();
    return true;
  }
}
