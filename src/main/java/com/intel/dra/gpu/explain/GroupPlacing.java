package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimDemand;
import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.Placement;
import com.intel.dra.gpu.explain.search.PoolKey;
import com.intel.dra.gpu.explain.search.SearchResult;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResultBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Places pods that are alike one after the other, each with the devices of those before taken. A
 * node is searched again only when what it offers may have changed.
 */
final class GroupPlacing {

  /**
   * @param taken by all pods that were placed so far
   */
  record Outcome(Fit fit, TakenDevices taken) {

    Outcome with(String doubt) {
      return new Outcome(
          new Fit(
              fit.wanted(),
              fit.replicas(),
              fit.byNode(),
              fit.next(),
              Stream.concat(fit.doubts().stream(), Stream.of(doubt)).toList()),
          taken);
    }
  }

  private final ReadView view;
  private final PodGroup group;
  private final Question question;
  private final BooleanSupplier goesOn;
  private final Set<PoolKey> poolsOfSeveralNodes;

  GroupPlacing(ReadView view, PodGroup group, Question question, BooleanSupplier goesOn) {
    this.view = view;
    this.group = group;
    this.question = question;
    this.goesOn = goesOn;
    this.poolsOfSeveralNodes =
        view.view().slices().stream()
            .map(slice -> slice.getSpec())
            .filter(spec -> spec != null && spec.getNodeName() == null && spec.getPool() != null)
            .map(spec -> new PoolKey(text(spec.getDriver()), text(spec.getPool().getName())))
            .collect(Collectors.toSet());
  }

  private static String text(@Nullable String value) {
    return Objects.requireNonNullElse(value, "");
  }

  /** How many pods there shall be. */
  int wanted() {
    return group.oneANode() ? nodesOfItsOwn().size() : group.replicas();
  }

  private List<Node> nodesOfItsOwn() {
    return view.nodes().stream()
        .filter(node -> NodeRules.broken(node, group.pod()).isEmpty())
        .toList();
  }

  /** The claims whose devices the scheduler takes back for the first pod. */
  Set<ClaimKey> takenBack(TakenDevices before) throws PodClaims.Problem {
    PodClaims claims = claims(before);
    return wanted() == 0 || claims.allocated().stream().allMatch(PodClaims.Allocated::ofOthers)
        ? Set.of()
        : question.takenBack(claims, question.answers(claims, before.held()));
  }

  Outcome place(TakenDevices before) throws PodClaims.Problem {
    PodClaims claims = claims(before);
    if (group.oneANode()) {
      return placeOnEachNode(claims, before);
    }
    List<ClaimKey> shared = waitingByName(claims);
    return shared.isEmpty() || group.replicas() < 2
        ? new Run(claims, before, Optional.empty()).outcome()
        : placeWithSharedClaim(claims, shared.getFirst(), before);
  }

  /** Claims that pods of an earlier group use have their devices. */
  private PodClaims claims(TakenDevices before) throws PodClaims.Problem {
    PodClaims read = PodClaims.of(group.pod(), view, PodClaims.Missing.FROM_TEMPLATE);
    return read.waiting().stream().allMatch(one -> before.node(one.claim()).isEmpty())
        ? read
        : settled(read, before);
  }

  private static PodClaims settled(PodClaims claims, TakenDevices taken) {
    return new PodClaims(
        claims.waiting().stream().filter(one -> taken.node(one.claim()).isEmpty()).toList(),
        Stream.concat(
                claims.allocated().stream(),
                claims.waiting().stream()
                    .map(ClaimDemand::claim)
                    .flatMap(
                        claim ->
                            taken.node(claim).stream()
                                .map(
                                    node -> new PodClaims.Allocated(claim, devicesOf(node), true))))
            .toList(),
        claims.resources());
  }

  private static AllocationResult devicesOf(String node) {
    return new AllocationResultBuilder()
        .withNodeSelector(
            new NodeSelectorBuilder()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(node)
                .endMatchField()
                .endNodeSelectorTerm()
                .build())
        .build();
  }

  /** The claims that the pod names; the others are made for each pod. */
  private Set<ClaimKey> named() {
    return group.pod().getSpec().getResourceClaims().stream()
        .map(PodResourceClaim::getResourceClaimName)
        .filter(Objects::nonNull)
        .map(name -> new ClaimKey(text(group.pod().getMetadata().getNamespace()), name))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private List<ClaimKey> waitingByName(PodClaims claims) {
    Set<ClaimKey> named = named();
    return claims.waiting().stream().map(ClaimDemand::claim).filter(named::contains).toList();
  }

  /** The first pod decides where all others run, and the scheduler where the first one does. */
  private Outcome placeWithSharedClaim(PodClaims claims, ClaimKey shared, TakenDevices before) {
    var byFirst = new LinkedHashMap<String, Outcome>();
    for (Node node : view.nodes()) {
      if (!goesOn.getAsBoolean()) {
        return new Run(claims, before, Optional.empty()).outcome();
      }
      if (question.excluded(node, claims).isEmpty()
          && question.search(node, claims, before.held()) instanceof SearchResult.Found) {
        byFirst.put(name(node), new Run(claims, before, Optional.of(name(node))).outcome());
      }
    }
    Optional<Map.Entry<String, Outcome>> least =
        byFirst.entrySet().stream().min(Map.Entry.comparingByValue(GroupPlacing::compare));
    if (least.isEmpty()) {
      return new Run(claims, before, Optional.empty()).outcome();
    }
    Map.Entry<String, Outcome> most =
        byFirst.entrySet().stream()
            .max(Map.Entry.comparingByValue(GroupPlacing::compare))
            .orElseThrow();
    Outcome outcome = least.get().getValue();
    int fewest = outcome.fit().replicas();
    return fewest == most.getValue().fit().replicas()
        ? outcome
        : outcome.with(
            "all pods use claim %s, and the scheduler chooses its node: with node %s %d fit, with node %s %d"
                .formatted(
                    shared,
                    least.get().getKey(),
                    fewest,
                    most.getKey(),
                    most.getValue().fit().replicas()));
  }

  private static int compare(Outcome one, Outcome other) {
    return Integer.compare(one.fit().replicas(), other.fit().replicas());
  }

  private static String name(Node node) {
    return node.getMetadata().getName();
  }

  private Outcome placeOnEachNode(PodClaims first, TakenDevices before) {
    TakenDevices taken = before.copy();
    PodClaims claims = first;
    List<Node> nodes = nodesOfItsOwn();
    var byNode = new TreeMap<String, Integer>();
    var without = new ArrayList<Node>();
    for (Node node : nodes) {
      if (!goesOn.getAsBoolean()) {
        return outcome(nodes.size(), byNode, Optional.of(ended(byNode.size())), taken, Set.of());
      }
      if (question.excluded(node, claims).isEmpty()
          && question.search(node, claims, taken.held()) instanceof SearchResult.Found found) {
        byNode.put(name(node), 1);
        take(claims, found.placements(), name(node), taken);
        claims = settled(claims, taken);
      } else {
        without.add(node);
      }
    }
    PodClaims last = claims;
    Optional<PodExplanation> next =
        without.isEmpty()
            ? Optional.empty()
            : Optional.of(
                Sentences.of(
                    without.stream()
                        .map(node -> question.answer(node, last, taken.held()))
                        .toList()));
    return outcome(nodes.size(), byNode, next, taken, Set.of());
  }

  private void take(PodClaims claims, List<Placement> placements, String node, TakenDevices taken) {
    if (!placements.isEmpty()) {
      taken.hold(taken.held().with(placements));
    }
    waitingByName(claims).forEach(claim -> taken.bind(claim, node));
    named().forEach(taken::use);
  }

  private static PodExplanation ended(int placed) {
    return Sentences.ofPod(
        WaitReason.UNKNOWN,
        "the search was ended after %d pods because it took too long: ask for fewer"
            .formatted(placed));
  }

  private static Outcome outcome(
      int wanted,
      Map<String, Integer> byNode,
      Optional<PodExplanation> next,
      TakenDevices taken,
      Set<String> doubts) {
    int placed = byNode.values().stream().mapToInt(Integer::intValue).sum();
    return new Outcome(new Fit(wanted, placed, byNode, next, List.copyOf(doubts)), taken);
  }

  /** One way to place all pods of the group. */
  private final class Run {

    private final TakenDevices taken;
    private final Optional<String> first;
    private final TreeMap<String, SearchResult> results = new TreeMap<>();
    private final TreeMap<String, Integer> byNode = new TreeMap<>();
    private final Set<String> doubts = new LinkedHashSet<>();
    private PodClaims claims;
    private int placed;

    /**
     * @param first the node of the first pod, if it is not the first that has devices
     */
    Run(PodClaims claims, TakenDevices before, Optional<String> first) {
      this.claims = claims;
      this.taken = before.copy();
      this.first = first;
    }

    Outcome outcome() {
      Optional<PodExplanation> next = Optional.empty();
      while (placed < group.replicas() && next.isEmpty()) {
        next = placeOne();
      }
      return GroupPlacing.outcome(group.replicas(), byNode, next, taken, doubts);
    }

    /** Returns why it cannot be placed. */
    private Optional<PodExplanation> placeOne() {
      Optional<ClaimKey> full = named().stream().filter(this::isFull).findFirst();
      if (full.isPresent()) {
        return Optional.of(Sentences.ofPod(WaitReason.CLAIM_FULL, PodClaims.hasNoRoom(full.get())));
      }
      if (!search()) {
        return Optional.of(ended(placed));
      }
      Optional<String> node = choose();
      if (node.isEmpty()) {
        return Optional.of(question.explain(claims, taken.held()));
      }
      List<Placement> placements =
          results.get(node.get()) instanceof SearchResult.Found(var devices)
              ? devices
              : List.<Placement>of();
      take(claims, placements, node.get(), taken);
      forget(node.get(), placements);
      byNode.merge(node.get(), 1, Integer::sum);
      placed++;
      return Optional.empty();
    }

    private boolean isFull(ClaimKey claim) {
      int users =
          Optional.ofNullable(view.claims().get(claim))
              .flatMap(known -> Optional.ofNullable(known.getStatus()))
              .map(status -> status.getReservedFor().size())
              .orElse(0);
      return users + taken.users(claim) >= PodClaims.MAX_USERS;
    }

    /** Returns whether it came to an end. */
    private boolean search() {
      for (Node node : view.nodes()) {
        if (!results.containsKey(name(node))) {
          if (!goesOn.getAsBoolean()) {
            return false;
          }
          Optional<NodeAnswer> excluded = question.excluded(node, claims);
          excluded.ifPresent(this::doubt);
          results.put(
              name(node),
              excluded.isPresent()
                  ? new SearchResult.NotFound()
                  : question.search(node, claims, taken.held()));
        }
      }
      return goesOn.getAsBoolean();
    }

    private void doubt(NodeAnswer excluded) {
      if (excluded instanceof NodeAnswer.OfPlugin(var node, var resource)) {
        doubts.add(
            "node %s has %s from a device plugin: pods that it can take are not counted"
                .formatted(node, resource));
      }
    }

    private Optional<String> choose() {
      List<String> possible =
          results.entrySet().stream()
              .filter(one -> one.getValue() instanceof SearchResult.Found)
              .map(Map.Entry::getKey)
              .toList();
      if (results.values().stream().anyMatch(SearchResult.Failed.class::isInstance)) {
        if (placed > 0 && !possible.isEmpty()) {
          doubts.add(
              "the scheduler may reach the device on which an expression fails sooner or later");
        }
        return Optional.empty();
      }
      return placed == 0 && first.isPresent() ? first : possible.stream().findFirst();
    }

    private void forget(String node, List<Placement> placements) {
      PodClaims now = settled(claims, taken);
      Optional<PoolKey> several =
          placements.stream()
              .map(one -> one.device().pool())
              .filter(poolsOfSeveralNodes::contains)
              .findFirst();
      several.ifPresent(
          pool ->
              doubts.add(
                  "several nodes reach the devices of pool %s: the number may depend on which node the scheduler chooses first"
                      .formatted(pool)));
      if (several.isPresent() || now.waiting().size() != claims.waiting().size()) {
        results.clear();
      } else if (!placements.isEmpty()) {
        results.remove(node);
      }
      claims = now;
    }
  }
}
