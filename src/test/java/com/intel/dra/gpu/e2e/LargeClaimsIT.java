package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.Map;
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

    new Driver(cluster).replaceControllers();
    assertNoneStartedAgain();

    cluster.pod("after", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("after");
    assertNoneStartedAgain();
  }

  /** Each by a request of its own: one request for all takes longer than the client waits. */
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

  private void assertNoneStartedAgain() {
    assertThat(cluster.podsOf(RealCluster.CONTROLLER))
        .hasSize(2)
        .allMatch(pod -> Driver.restarts(pod) == 0);
  }
}
