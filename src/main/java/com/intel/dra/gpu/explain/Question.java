package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import com.intel.dra.gpu.explain.search.AllocationSearch;
import com.intel.dra.gpu.explain.search.Budget;
import com.intel.dra.gpu.explain.search.ClaimDemand;
import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.HeldDevices;
import com.intel.dra.gpu.explain.search.NodeMatcher;
import com.intel.dra.gpu.explain.search.SearchResult;
import com.intel.dra.gpu.explain.search.SearchedNode;
import com.intel.dra.gpu.explain.search.Selection;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One pod in one view of the cluster. */
final class Question {

  /** The steps for one node; so that one costly node leaves something for the others. */
  private static final long STEPS_A_NODE = 1_000_000;

  /** Copying what is held is quick. */
  private static final int HELD_A_STEP = 8;

  private static final String TOO_MUCH =
      "there is too much to look at for one pod: gave up before this node";

  private final ReadView view;
  private final Pod pod;
  private final Selection selection;
  private final Budget budget;

  Question(ReadView view, Pod pod, DeviceSelectors selectors, long maxSteps) {
    this(view, pod, new Selection(selectors), new Budget(maxSteps));
  }

  private Question(ReadView view, Pod pod, Selection selection, Budget budget) {
    this.view = view;
    this.pod = pod;
    this.selection = selection;
    this.budget = budget;
  }

  PodExplanation explain() {
    PodClaims claims;
    try {
      claims = PodClaims.of(pod, view, PodClaims.Missing.IS_A_PROBLEM);
    } catch (PodClaims.Problem problem) {
      return Sentences.ofPod(problem.reason(), String.valueOf(problem.getMessage()));
    }
    List<NodeAnswer> answers = answers(claims, view.held());
    Set<ClaimKey> takenBack = takenBack(claims, answers);
    return takenBack.isEmpty()
        ? Sentences.of(answers)
        : new Question(view.withoutDevicesOf(takenBack), pod, selection, budget).explain();
  }

  PodExplanation explain(PodClaims claims, HeldDevices held) {
    return Sentences.of(answers(claims, held));
  }

  List<NodeAnswer> answers(PodClaims claims, HeldDevices held) {
    var answers = new ArrayList<NodeAnswer>();
    for (Node node : view.nodes()) {
      answers.add(answer(node, claims, held));
    }
    return answers;
  }

  /**
   * The claims whose devices the scheduler takes back, to try the pod again: those that keep it
   * from a node and that no other pod uses, if it finds no node for the pod.
   *
   * @param answers one for each node
   */
  Set<ClaimKey> takenBack(PodClaims claims, List<NodeAnswer> answers) {
    var elsewhere = new HashSet<String>();
    for (NodeAnswer answer : answers) {
      switch (answer) {
        case NodeAnswer.Excluded(var node, var reason, var _, var _) -> {
          if (reason == WaitReason.ALLOCATED_ELSEWHERE) {
            elsewhere.add(node);
          }
        }
        case NodeAnswer.DoesNotFit _ -> {}
        case NodeAnswer.Fits _, NodeAnswer.OfPlugin _, NodeAnswer.Fails _, NodeAnswer.Unknown _ -> {
          return Set.of();
        }
      }
    }
    List<Node> kept =
        view.nodes().stream()
            .filter(node -> elsewhere.contains(node.getMetadata().getName()))
            .toList();
    return claims.allocated().stream()
        .filter(claim -> !claim.ofOthers())
        .filter(claim -> kept.stream().anyMatch(node -> !isAvailable(claim, node)))
        .map(PodClaims.Allocated::claim)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isAvailable(PodClaims.Allocated claim, Node node) {
    return claim.result().getNodeSelector() == null
        || NodeMatcher.matches(node, claim.result().getNodeSelector());
  }

  NodeAnswer answer(Node node, PodClaims claims, HeldDevices held) {
    String name = node.getMetadata().getName();
    Optional<NodeAnswer> excluded = excluded(node, claims);
    if (excluded.isPresent()) {
      return excluded.get();
    }
    if (budget.isUsedUp()) {
      return new NodeAnswer.Unknown(name, TOO_MUCH);
    }
    SearchedNode searched = searched(node, held);
    List<ClaimDemand> waiting = claims.waitingOn(node);
    return switch (search(searched, waiting)) {
      case SearchResult.Found(var placements) ->
          new NodeAnswer.Fits(
              name,
              placements.stream()
                  .map(
                      one ->
                          new NodeAnswer.Placed(
                              shownName(one.claim(), claims), one.request(), one.device()))
                  .toList());
      case SearchResult.Failed(var error, var tooMany) ->
          new NodeAnswer.Fails(
              name, tooMany ? WaitReason.TOO_MANY_DEVICES : WaitReason.CLAIM_FAILS, error);
      case SearchResult.Unknown(var why) -> new NodeAnswer.Unknown(name, why);
      case SearchResult.NotFound() -> doesNotFit(searched, waiting);
    };
  }

  private static String shownName(ClaimKey claim, PodClaims claims) {
    return claim.equals(claims.resources().claim()) && !claims.resources().isEmpty()
        ? ""
        : claim.toString();
  }

  Optional<NodeAnswer> excluded(Node node, PodClaims claims) {
    String name = node.getMetadata().getName();
    Optional<NodeRules.Broken> broken = NodeRules.broken(node, pod);
    if (broken.isPresent()) {
      return Optional.of(
          new NodeAnswer.Excluded(
              name, WaitReason.NODE_EXCLUDED, broken.get().rule(), broken.get().why()));
    }
    return elsewhere(node, claims).or(() -> ofPlugin(node, claims));
  }

  private static Optional<NodeAnswer> elsewhere(Node node, PodClaims claims) {
    return claims.allocated().stream()
        .filter(claim -> !isAvailable(claim, node))
        .findFirst()
        .map(
            claim ->
                new NodeAnswer.Excluded(
                    node.getMetadata().getName(),
                    WaitReason.ALLOCATED_ELSEWHERE,
                    NodeAnswer.Rule.DEVICES,
                    "claim %s has devices of another node".formatted(claim.claim())));
  }

  /** What the pods of a node have of a device plugin is not known. */
  private static Optional<NodeAnswer> ofPlugin(Node node, PodClaims claims) {
    String name = node.getMetadata().getName();
    List<ResourceDemand.Offer> offers = claims.resources().offers(node);
    return offers.stream()
        .filter(offer -> offer.offered() < offer.wanted())
        .findFirst()
        .<NodeAnswer>map(
            offer ->
                new NodeAnswer.Excluded(
                    name,
                    WaitReason.NODE_EXCLUDED,
                    NodeAnswer.Rule.DEVICES,
                    "its device plugin has %d of %s in all, and the pod wants %d"
                        .formatted(offer.offered(), offer.resource(), offer.wanted())))
        .or(
            () ->
                offers.stream()
                    .findFirst()
                    .map(offer -> new NodeAnswer.OfPlugin(name, offer.resource())));
  }

  private SearchResult search(SearchedNode on, List<ClaimDemand> waiting) {
    return waiting.isEmpty()
        ? new SearchResult.Found(List.of())
        : new AllocationSearch(on, waiting, budget.part(STEPS_A_NODE)).run();
  }

  /** For one of many pods that are placed one after the other. */
  SearchResult search(Node node, PodClaims claims, HeldDevices held) {
    budget.charge(held.size() / HELD_A_STEP);
    return search(searched(node, held), claims.waitingOn(node));
  }

  private SearchedNode searched(Node node, HeldDevices held) {
    budget.charge(view.offers().slicesFor(node));
    return new SearchedNode(
        node, view.offers().poolsOf(node), held, selection, view.view().features());
  }

  private NodeAnswer doesNotFit(SearchedNode on, List<ClaimDemand> waiting) {
    List<RequestFailure> failures = new CauseFinder(on, budget).find(waiting);
    String name = on.node().getMetadata().getName();
    if (failures.isEmpty() && budget.isUsedUp()) {
      return new NodeAnswer.Unknown(name, TOO_MUCH);
    }
    return new NodeAnswer.DoesNotFit(
        name,
        failures.isEmpty()
            ? List.of(
                new RequestFailure(waiting.getFirst().shownName(), "", new Cause.NotTogether()))
            : failures);
  }
}
