package com.intel.dra.gpu.explain;

import static com.intel.dra.gpu.explain.ExplainFixtures.cluster;
import static com.intel.dra.gpu.explain.ExplainFixtures.pod;
import static com.intel.dra.gpu.explain.ExplainFixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FitTest {

  private static final String POD_CLAIM = "{name: c, resourceClaimTemplateName: t}";

  @Test
  void countsDevicesOfAllNodesAndSaysWhatStopsTheNext() {
    Fit fit =
        new Explainer()
            .fit(
                cluster()
                    .node("n1")
                    .node("n2")
                    .devices("n1", "{name: g1}, {name: g2}")
                    .devices("n2", "{name: g1}, {name: g2}")
                    .held("a", "n2", "g1")
                    .template("t", request(""))
                    .view(),
                pod(POD_CLAIM),
                10);
    assertThat(fit.replicas()).isEqualTo(3);
    assertThat(fit.byNode()).isEqualTo(Map.of("n1", 2, "n2", 1));
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.IN_USE);
  }

  @Test
  void sharesAreCountedWithTheirRounding() {
    Fit fit =
        new Explainer()
            .fit(
                cluster()
                    .node("n1")
                    .devices(
                        "n1",
                        "{name: g1, allowMultipleAllocations: true, capacity: {memory: {value:"
                            + " 16Gi, requestPolicy: {default: 1Gi, validRange: {min: 1Gi, step:"
                            + " 3Gi}}}}}")
                    .template("t", request(", capacity: {requests: {memory: 2Gi}}"))
                    .view(),
                pod(POD_CLAIM),
                10);
    assertThat(fit.replicas()).isEqualTo(4);
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.CAPACITY_USED_UP);
  }

  @Test
  void noMoreThanWereAskedFor() {
    Fit fit =
        new Explainer()
            .fit(
                cluster()
                    .node("n1")
                    .devices("n1", "{name: g1}, {name: g2}")
                    .template("t", request(""))
                    .view(),
                pod(POD_CLAIM),
                1);
    assertThat(fit.replicas()).isEqualTo(1);
    assertThat(fit.next()).isEmpty();
  }
}
