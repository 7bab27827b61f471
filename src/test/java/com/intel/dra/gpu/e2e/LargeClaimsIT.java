package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What users write into claims of any class uses no memory of the controller. */
class LargeClaimsIT {

  /** So many that a controller that kept them whole could not start within its memory. */
  private static final int CLAIMS = 500;

  /** The annotations of an object may have 262144 bytes in total. */
  private static final String LARGE = "x".repeat(250_000);

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  void controllersStartAndServeBesideFiveHundredLargeClaimsOfAnotherClass() {
    IntStream.range(0, CLAIMS).parallel().mapToObj(this::large).forEach(this::create);
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("beside", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("beside");

    List<Pod> before = cluster.podsOf(RealCluster.CONTROLLER);
    before.forEach(pod -> cluster.client().resource(pod).delete());

    Set<String> old =
        before.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
    cluster.eventually(
        "two new controllers are ready, and neither had to start again",
        () ->
            assertThat(cluster.podsOf(RealCluster.CONTROLLER))
                .hasSize(2)
                .noneMatch(pod -> old.contains(pod.getMetadata().getUid()))
                .allMatch(Readiness::isPodReady)
                .allMatch(pod -> restarts(pod) == 0));
    cluster.pod("after", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("after");
    assertThat(cluster.podsOf(RealCluster.CONTROLLER)).allMatch(pod -> restarts(pod) == 0);
  }

  /** One after the other: all in one request takes longer than the client waits. */
  @AfterEach
  void deleteTheLargeClaims() {
    IntStream.range(0, CLAIMS)
        .parallel()
        .forEach(
            number ->
                cluster
                    .client()
                    .resources(ResourceClaim.class)
                    .inNamespace(cluster.namespace())
                    .withName("large-" + number)
                    .delete());
  }

  private ResourceClaim large(int number) {
    return new ResourceClaimBuilder()
        .withNewMetadata()
        .withName("large-" + number)
        .withNamespace(cluster.namespace())
        .addToAnnotations("example.com/large", LARGE)
        .endMetadata()
        .withNewSpec()
        .withResourceClassName("not-there")
        .endSpec()
        .build();
  }

  private void create(ResourceClaim claim) {
    cluster.client().resource(claim).create();
  }

  private static int restarts(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
  }
}
