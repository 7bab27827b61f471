package com.intel.dra.gpu.explain;

import static com.intel.dra.gpu.explain.ExplainFixtures.cluster;
import static com.intel.dra.gpu.explain.ExplainFixtures.pod;
import static com.intel.dra.gpu.explain.ExplainFixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FitTest {

  private static final String POD_CLAIM = "{name: c, resourceClaimTemplateName: t}";
  private static final String SHARED_CLAIM = "{name: c, resourceClaimName: c}";
  private static final String ONE = "{name: g1}";
  private static final String TWO = "{name: g1}, {name: g2}";
  private static final String THREE = "{name: g1}, {name: g2}, {name: g3}";

  /** A node, and the template of a claim of one device. */
  private static ExplainFixtures oneNode(String devices) {
    return cluster().node("n1").devices("n1", devices).template("t", request(""));
  }

  private static ExplainFixtures twoNodes(String devicesOfTheFirst, String devicesOfTheSecond) {
    return oneNode(devicesOfTheFirst).node("n2").devices("n2", devicesOfTheSecond);
  }

  private static Fit fit(ExplainFixtures cluster, String claims, int replicas) {
    return new Explainer().fit(cluster.view(), pod(claims), replicas);
  }

  @Test
  void countsDevicesOfAllNodesAndSaysWhatStopsTheNext() {
    Fit fit = fit(twoNodes(TWO, TWO).held("a", "n2", "g1"), POD_CLAIM, 10);
    assertThat(fit.replicas()).isEqualTo(3);
    assertThat(fit.byNode()).isEqualTo(Map.of("n1", 2, "n2", 1));
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.IN_USE);
  }

  @Test
  void sharesAreCountedWithTheirRounding() {
    Fit fit =
        fit(
            oneNode(
                    "{name: g1, allowMultipleAllocations: true, capacity: {memory: {value:"
                        + " 16Gi, requestPolicy: {default: 1Gi, validRange: {min: 1Gi, step:"
                        + " 3Gi}}}}}")
                .template("share", request(", capacity: {requests: {memory: 2Gi}}")),
            "{name: c, resourceClaimTemplateName: share}",
            10);
    assertThat(fit.replicas()).isEqualTo(4);
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.CAPACITY_USED_UP);
  }

  /** A claim that is made of a template gets a name that no other has. */
  @Test
  void aClaimOfATemplateIsNotTheOneWhoseNameIsLikeIt() {
    List<Fit> fits =
        new Explainer()
            .fit(
                cluster()
                    .node("n1")
                    .devices("n1", "{name: g1}")
                    .claim("pod-c", request(""))
                    .template("t", request(""))
                    .view(),
                new FitPlan(
                    List.of(
                        new PodGroup("one", pod("{name: x, resourceClaimName: pod-c}"), 1, false),
                        new PodGroup("other", pod(POD_CLAIM), 1, false)),
                    List.of(),
                    List.of(),
                    List.of()),
                () -> true);
    assertThat(fits).extracting(Fit::replicas).containsExactly(1, 0);
  }

  private static Fit fitOfCount(String count) {
    return new Explainer()
        .fit(
            cluster()
                .node("n1")
                .devices("n1", "{name: g1}, {name: g2}")
                .template(
                    "t", "{name: r, exactly: {deviceClassName: gpu, count: %s}}".formatted(count))
                .view(),
            pod(POD_CLAIM),
            5);
  }

  /**
   * The API server makes one of none, and takes no negative number; manifests have not been there.
   */
  @Test
  void countsThatNoServerHasSeen() {
    assertThat(fitOfCount("0").replicas()).isEqualTo(2);
    assertThat(fitOfCount("-1").replicas()).isZero();
    assertThat(fitOfCount("-1").next().orElseThrow().summary()).contains("count is -1");
  }

  @Test
  void resourcesAreCountedAsClaimsAre() {
    Fit fit =
        new Explainer()
            .fit(
                cluster()
                    .resource("i915", "gpu.intel.com/i915", "2026-01-01T00:00:00Z")
                    .node("n1")
                    .plugin("n2", "gpu.intel.com/i915", 9)
                    .devices("n1", "{name: g1}, {name: g2}, {name: g3}, {name: g4}, {name: g5}")
                    .held("a", "n1", "g1")
                    .view(),
                pod(
                    "",
                    "containers: [{name: main, resources: {requests: {gpu.intel.com/i915: 2}}}]"),
                10);
    assertThat(fit.byNode()).isEqualTo(Map.of("n1", 2));
    assertThat(fit.doubts())
        .containsExactly(
            "node n2 has gpu.intel.com/i915 from a device plugin: pods that it can take are not"
                + " counted");
    assertThat(fit.next().orElseThrow().summary())
        .isEqualTo(
            "Node n2 has gpu.intel.com/i915 from a device plugin, and the scheduler's own Event"
                + " says whether it is used up.");
  }

  /** The scheduler takes the devices of a claim back if its first pod finds no node otherwise. */
  @Test
  void theClaimOfAnotherNodeIsTakenBackIfNobodyUsesIt() {
    ExplainFixtures cluster =
        cluster()
            .node("n1")
            .node("n2", "unschedulable: true")
            .devices("n1", TWO)
            .devices("n2", TWO)
            .held("a", "n2", "g1");

    Fit fit = fit(cluster, "{name: c, resourceClaimName: a}", 3);
    assertThat(fit.byNode()).isEqualTo(Map.of("n1", 3));
    Fit inUse = fit(cluster.usedBy("other"), "{name: c, resourceClaimName: a}", 3);
    assertThat(inUse.replicas()).isZero();
  }

  @Test
  void noMoreThanWereAskedFor() {
    Fit fit = fit(oneNode(TWO), POD_CLAIM, 1);
    assertThat(fit.replicas()).isEqualTo(1);
    assertThat(fit.next()).isEmpty();
  }

  @Test
  void aClaimWithANameIsSharedByAllPods() {
    Fit fit = fit(twoNodes(TWO, ONE).claim("c", request("")), SHARED_CLAIM, 300);
    assertThat(fit.replicas()).isEqualTo(256);
    assertThat(fit.byNode()).isEqualTo(Map.of("n1", 256));
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.CLAIM_FULL);
    assertThat(fit.doubts()).isEmpty();
  }

  @Test
  void theSchedulerChoosesTheNodeOfASharedClaim() {
    Fit fit =
        fit(
            twoNodes(THREE, TWO).claim("c", request("")),
            SHARED_CLAIM + ", " + POD_CLAIM.replace("name: c", "name: d"),
            5);
    assertThat(fit.replicas()).as("the fewest").isEqualTo(1);
    assertThat(fit.byNode()).isEqualTo(Map.of("n2", 1));
    assertThat(fit.next().orElseThrow().nodes())
        .anySatisfy(answer -> assertThat(answer).isInstanceOf(NodeAnswer.Excluded.class));
    assertThat(fit.doubts())
        .singleElement()
        .asString()
        .contains("claim team/c", "with node n2 1 fit, with node n1 2");
  }

  @Test
  void anExpressionThatFailsOnOneNodeEndsTheAttemptForAll() {
    Fit fit =
        fit(
            twoNodes(
                    "{name: g1, attributes: {numa: {int: 1}}}, {name: g2}",
                    "{name: g1, attributes: {numa: {int: 1}}}")
                .template(
                    "selected",
                    request(
                        ", selectors: [{cel: {expression:"
                            + " 'device.attributes[\"gpu.intel.com\"].numa == 1'}}]")),
            "{name: c, resourceClaimTemplateName: selected}",
            5);
    assertThat(fit.replicas()).isEqualTo(1);
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.CLAIM_FAILS);
    assertThat(fit.doubts()).singleElement().asString().contains("sooner or later");
  }

  @Test
  void groupsTakeDevicesFromOneAnother() {
    ClusterView view =
        twoNodes(TWO, ONE)
            .node("n3", "taints: [{key: away, effect: NoSchedule}]")
            .devices("n3", ONE)
            .claim("c", request(""))
            .view();
    var plan =
        new FitPlan(
            List.of(
                new PodGroup("daemons", pod(POD_CLAIM), 1, true),
                new PodGroup("shares", pod(SHARED_CLAIM), 2, false),
                new PodGroup("shares too", pod(SHARED_CLAIM), 1, false),
                new PodGroup("late", pod(POD_CLAIM), 1, false)),
            List.of(),
            List.of(),
            List.of());
    List<Fit> fits = new Explainer().fit(view, plan, () -> true);

    assertThat(fits).extracting(Fit::wanted).containsExactly(2, 2, 1, 1);
    assertThat(fits).extracting(Fit::replicas).containsExactly(2, 2, 1, 0);
    assertThat(fits.get(1).byNode()).isEqualTo(Map.of("n1", 2));
    assertThat(fits.get(3).next().orElseThrow().reason()).isEqualTo(WaitReason.IN_USE);
    assertThat(AnswerTable.of(fits.get(3).next().orElseThrow()).nodes().getFirst().requests())
        .singleElement()
        .satisfies(row -> assertThat(row.heldBy()).containsExactly("team/pod-c", "team/c"));
  }

  @Test
  void whatItGivesUpItSaysSo() {
    ClusterView view = oneNode(THREE).view();
    var asked = new AtomicInteger();
    Fit fit =
        new Explainer()
            .fit(view, FitPlan.of(pod(POD_CLAIM), 3), () -> asked.incrementAndGet() < 4)
            .getFirst();
    assertThat(fit.replicas()).isBetween(1, 2);
    assertThat(fit.isGivenUp()).isTrue();
    assertThat(fit.next().orElseThrow().summary()).contains("was ended after");

    Fit costly = new Explainer(60).fit(view, pod(POD_CLAIM), 3);
    assertThat(costly.isGivenUp()).isTrue();
  }

  @Test
  void aTemplateThatIsMissing() {
    Fit fit = fit(cluster().node("n1"), POD_CLAIM, 2);
    assertThat(fit.replicas()).isZero();
    assertThat(fit.next().orElseThrow().reason()).isEqualTo(WaitReason.CLAIM_MISSING);
  }

  @Test
  void manyNodesAreGrouped() {
    ExplainFixtures many = cluster().template("t", request(""));
    for (int i = 0; i < 200; i++) {
      many.node("n" + i, i % 2 == 0 ? "" : "taints: [{key: away, effect: NoSchedule}]");
    }
    AnswerTable table =
        AnswerTable.of(new Explainer().fit(many.view(), pod(POD_CLAIM), 1).next().orElseThrow());
    assertThat(table.nodes()).hasSize(20);
    assertThat(table.nodesInAll()).isEqualTo(200);
    assertThat(table.notShown())
        .containsExactly(
            new AnswerTable.NotShown("no_devices", 90),
            new AnswerTable.NotShown("node_excluded", 90));
  }
}
