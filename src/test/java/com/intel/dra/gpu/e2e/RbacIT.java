package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.docs.ManifestRights.name;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.docs.ManifestRights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The manifests of the build give the rights that a reviewer reads in their sources, and no others.
 * {@code RbacTableTest} compares the sources with the docs. Needs the build, but no cluster.
 */
class RbacIT {

  private final ManifestRights manifests =
      new ManifestRights(
          List.of(
              Path.of("target/kubernetes/controller.yml"),
              Path.of("target/kubernetes/node-agent.yml"),
              Path.of("deploy/overlays/structured/slices-rbac.yaml")));

  @Test
  void theManifestsGiveWhatTheirSourcesGive() throws IOException {
    assertThat(manifests.all())
        .hasSizeGreaterThan(20)
        .isEqualTo(new ManifestRights(ManifestRights.SOURCES).all());
  }

  /** Nobody reads it there: {@code NodeAgent} renews it in classic mode only. */
  @Test
  void agentsOfStructuredDraHaveNoRightsOnLeases() throws IOException {
    Set<String> structured =
        new ManifestRights(List.of(Path.of("target/kubernetes/structured/node-agent.yml"))).all();
    Set<String> classic =
        new ManifestRights(List.of(Path.of("target/kubernetes/node-agent.yml"))).all();

    assertThat(structured).isNotEmpty().noneMatch(right -> right.contains(" leases "));
    assertThat(classic)
        .filteredOn(right -> !structured.contains(right))
        .isNotEmpty()
        .allMatch(right -> right.contains(" leases "));
    assertThat(classic).containsAll(structured);
  }

  @Test
  void eachApplicationHasAnAccountOfItsOwnWhichGivesItsTokenToNobodyElse() throws IOException {
    for (String application : List.of(RealCluster.CONTROLLER, RealCluster.AGENT)) {
      assertThat(manifests.of("ServiceAccount"))
          .filteredOn(account -> name(account).equals(application))
          .singleElement()
          .satisfies(
              account ->
                  assertThat(account.path("automountServiceAccountToken").asBoolean(true))
                      .isFalse());
    }
    for (JsonNode workload :
        Stream.concat(manifests.of("Deployment").stream(), manifests.of("DaemonSet").stream())
            .toList()) {
      JsonNode pod = workload.path("spec").path("template").path("spec");
      assertThat(pod.path("serviceAccountName").asText()).isEqualTo(name(workload));
      assertThat(pod.path("automountServiceAccountToken").asBoolean()).isTrue();
    }
  }
}
