package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.allocation.Refusal.Reason;
import com.intel.dra.gpu.device.DeviceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses the node for a claim with immediate allocation, which the driver must choose because the
 * scheduler does not.
 *
 * <p>A node on which claims keep their devices comes first, so that a repeated attempt finds its
 * own work. Then the lowest cost: the fewest GPUs to split, the smallest VFs. Then the policy, as
 * if the GPUs of all nodes were on one node. Finally the node's name, so that the answer is always
 * the same.
 */
public final class NodeChoice {

  private NodeChoice() {}

  /**
   * Places the requests on the best of the nodes that all of them fit; otherwise names the reasons
   * that occur on the most nodes.
   */
  public static Decision place(
      Collection<NodeInventory> nodes,
      List<DeviceRequest> requests,
      Policy policy,
      SearchBudget budget) {
    var candidates = new ArrayList<Candidate>();
    var refusals = new EnumMap<Reason, List<String>>(Reason.class);
    for (NodeInventory node : nodes) {
      switch (Allocator.place(node, requests, policy, budget)) {
        case Placement placement -> candidates.add(Candidate.of(node, placement));
        case Refusal refusal ->
            refusals
                .computeIfAbsent(refusal.reason(), reason -> new ArrayList<>())
                .add(node.nodeName() + ": " + refusal.message());
      }
    }
    return candidates.stream()
        .min(order(policy))
        .<Decision>map(Candidate::placement)
        .orElseGet(() -> summary(refusals));
  }

  private static Comparator<Candidate> order(Policy policy) {
    Comparator<Candidate> byLeftMiB = Comparator.comparingLong(Candidate::leftMiB);
    return Comparator.comparing(Candidate::kept, Comparator.reverseOrder())
        .thenComparing(Candidate::gpusToSplit)
        .thenComparing(Candidate::vfMiB)
        .thenComparing(
            switch (policy) {
              case FIRST -> (one, other) -> 0;
              case BALANCED -> byLeftMiB.reversed();
              case PACKED -> byLeftMiB;
            })
        .thenComparing(candidate -> candidate.placement().nodeName());
  }

  /**
   * One example for each reason, the most frequent reason first; the names determine the example.
   */
  private static Refusal summary(Map<Reason, List<String>> refusals) {
    Comparator<Map.Entry<Reason, List<String>>> mostFrequentFirst =
        Comparator.comparingInt(entry -> -entry.getValue().size());
    var reasons =
        refusals.entrySet().stream()
            .sorted(mostFrequentFirst.thenComparing(Map.Entry::getKey))
            .toList();
    if (reasons.isEmpty()) {
      return new Refusal(
          Reason.NO_MATCHING_DEVICE, Optional.empty(), "no node that is ready offers a GPU");
    }
    String message =
        reasons.stream()
            .map(
                entry ->
                    entry.getValue().size()
                        + (entry.getValue().size() == 1 ? " node (" : " nodes (")
                        + entry.getValue().stream().min(Comparator.naturalOrder()).orElseThrow()
                        + ")")
            .collect(Collectors.joining(", ", "no node has room: ", ""));
    return new Refusal(reasons.getFirst().getKey(), Optional.empty(), message);
  }

  /**
   * The cost of a placement.
   *
   * @param kept the number of claims that keep the devices that they held before
   * @param gpusToSplit GPUs that become VF hosts
   * @param vfMiB memory of all allocated VFs
   * @param leftMiB the memory then free on the fullest of the allocated GPUs; 0 if there is none
   */
  private record Candidate(
      Placement placement, long kept, long gpusToSplit, long vfMiB, long leftMiB) {

    static Candidate of(NodeInventory node, Placement placement) {
      Ledger before = node.ledger();
      Ledger after = node.with(placement).ledger();
      List<DeviceShare> shares =
          placement.shares().values().stream().flatMap(List::stream).toList();
      return new Candidate(
          placement,
          placement.shares().entrySet().stream()
              .filter(entry -> node.heldBy(entry.getKey()).equals(entry.getValue()))
              .count(),
          shares.stream()
              .flatMap(share -> share.uid().parent().stream())
              .distinct()
              .flatMap(gpu -> before.numberOf(gpu).stream())
              .filter(gpu -> !before.isVfHost(gpu))
              .count(),
          shares.stream()
              .filter(share -> share.type() == DeviceType.VF)
              .mapToLong(DeviceShare::memoryMiB)
              .sum(),
          shares.stream()
              .filter(share -> share.type() == DeviceType.GPU)
              .flatMap(share -> after.numberOf(share.uid()).stream())
              .mapToLong(after::freeMiB)
              .min()
              .orElse(0));
    }
  }
}
