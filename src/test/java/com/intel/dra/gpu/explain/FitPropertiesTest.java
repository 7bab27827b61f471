package com.intel.dra.gpu.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import com.intel.dra.gpu.explain.search.Placement;
import com.intel.dra.gpu.explain.search.SearchResult;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplateBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;

/** Fit against pods that are made one by one, with claims that the cluster has. */
class FitPropertiesTest {

  private static final int REPLICAS = 6;

  private static final DeviceSelectors SELECTORS = new DeviceSelectors();

  private record ByHand(int replicas, Map<String, Integer> byNode, Optional<WaitReason> next) {}

  @Property(tries = 400, shrinking = ShrinkingMode.OFF)
  void theSameAsPodsOneByOne(@ForAll @LongRange(min = 0, max = 1_000_000) long seed)
      throws PodClaims.Problem {
    RandomCluster.Case made = RandomCluster.of(seed);
    List<String> names =
        made.pod().getSpec().getResourceClaims().stream()
            .map(claim -> claim.getResourceClaimName())
            .toList();
    List<ResourceClaim> waiting =
        made.view().claims().stream()
            .filter(claim -> names.contains(claim.getMetadata().getName()))
            .toList();
    List<ResourceClaim> others =
        made.view().claims().stream().filter(claim -> !waiting.contains(claim)).toList();

    Fit fit =
        new Explainer().fit(with(made.view(), others, templates(waiting)), pod(names), REPLICAS);
    ByHand byHand = oneByOne(made.view(), others, waiting);

    assertThat(new ByHand(fit.replicas(), fit.byNode(), fit.next().map(PodExplanation::reason)))
        .isEqualTo(byHand);
  }

  private static List<ResourceClaimTemplate> templates(List<ResourceClaim> claims) {
    return claims.stream()
        .map(
            claim ->
                new ResourceClaimTemplateBuilder()
                    .withNewMetadata()
                    .withNamespace("default")
                    .withName(claim.getMetadata().getName())
                    .endMetadata()
                    .withNewSpec()
                    .withSpec(claim.getSpec())
                    .endSpec()
                    .build())
        .toList();
  }

  private static Pod pod(List<String> templates) {
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName("fit")
            .endMetadata()
            .withNewSpec();
    templates.forEach(
        name ->
            pod.addNewResourceClaim()
                .withName(name)
                .withResourceClaimTemplateName(name)
                .endResourceClaim());
    return pod.endSpec().build();
  }

  private static ClusterView with(
      ClusterView view, List<ResourceClaim> claims, List<ResourceClaimTemplate> templates) {
    return new ClusterView(
        view.nodes(),
        view.slices(),
        view.classes(),
        claims,
        templates,
        view.taintRules(),
        view.features());
  }

  /** Nothing is remembered from one pod to the next, except what the claims in the cluster say. */
  private static ByHand oneByOne(
      ClusterView view, List<ResourceClaim> others, List<ResourceClaim> waiting)
      throws PodClaims.Problem {
    var claims = new ArrayList<ResourceClaim>(others);
    var byNode = new HashMap<String, Integer>();
    for (int i = 0; i < REPLICAS; i++) {
      List<ResourceClaim> mine = new ArrayList<>();
      var pod = pod(List.of());
      for (ResourceClaim claim : waiting) {
        String name = "p%d-%s".formatted(i, claim.getMetadata().getName());
        mine.add(
            new ResourceClaimBuilder(claim)
                .editMetadata()
                .withName(name)
                .withUid(name)
                .endMetadata()
                .build());
        pod.getSpec()
            .getResourceClaims()
            .add(
                new io.fabric8.kubernetes.api.model.PodResourceClaimBuilder()
                    .withName(name)
                    .withResourceClaimName(name)
                    .build());
      }
      var all = new ArrayList<ResourceClaim>(claims);
      all.addAll(mine);
      ClusterView now = with(view, all, List.of());
      PodExplanation explanation = new Explainer().explain(now, pod);
      if (!explanation.devicesFit()) {
        return new ByHand(i, byNode, Optional.of(explanation.reason()));
      }
      String node =
          explanation.nodes().stream()
              .filter(NodeAnswer.Fits.class::isInstance)
              .findFirst()
              .orElseThrow()
              .node();
      byNode.merge(node, 1, Integer::sum);
      List<Placement> placements = placements(now, pod, node);
      for (ResourceClaim claim : mine) {
        claims.add(allocated(claim, placements));
      }
    }
    return new ByHand(REPLICAS, byNode, Optional.empty());
  }

  private static List<Placement> placements(ClusterView view, Pod pod, String name)
      throws PodClaims.Problem {
    ReadView read = ReadView.of(view);
    Node node =
        read.nodes().stream()
            .filter(one -> one.getMetadata().getName().equals(name))
            .findFirst()
            .orElseThrow();
    return new Question(read, pod, SELECTORS, Explainer.MAX_STEPS)
                .search(node, PodClaims.of(pod, read, PodClaims.Missing.IS_A_PROBLEM), read.held())
            instanceof SearchResult.Found(var found)
        ? found
        : List.of();
  }

  private static ResourceClaim allocated(ResourceClaim claim, List<Placement> placements) {
    List<DeviceRequestAllocationResult> results =
        placements.stream()
            .filter(one -> one.claim().name().equals(claim.getMetadata().getName()))
            .map(FitPropertiesTest::result)
            .toList();
    return new ResourceClaimBuilder(claim)
        .withNewStatus()
        .withNewAllocation()
        .withNewDevices()
        .withResults(results)
        .endDevices()
        .endAllocation()
        .endStatus()
        .build();
  }

  private static DeviceRequestAllocationResult result(Placement placement) {
    var result =
        new DeviceRequestAllocationResultBuilder()
            .withRequest(placement.request())
            .withDriver(placement.device().pool().driver())
            .withPool(placement.device().pool().pool())
            .withDevice(placement.device().device());
    if (placement.adminAccess()) {
      result.withAdminAccess(true);
    }
    placement
        .share()
        .ifPresent(
            share -> {
              result.withShareID(UUID.randomUUID().toString());
              share.forEach(
                  (name, amount) ->
                      result.addToConsumedCapacity(name, new Quantity(amount.toString())));
            });
    return result.build();
  }
}
