package com.intel.dra.gpu.allocation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides which devices of a node the claims of a pod get. */
public final class Allocator {

  /**
   * The largest number of claims of one pod that are placed together. It limits the work for one
   * pod, and the size of the answer to the scheduler, which names up to 128 nodes for each claim.
   */
  public static final int MAX_REQUESTS = 128;

  private Allocator() {}

  /**
   * Places all requests together or none. They are charged to each other and to what other claims
   * hold. A claim that already holds devices and is still served by them keeps exactly these. A
   * claim whose devices no longer serve it is placed as if it had none; the devices that it has
   * prepared stay taken, because its containers may be running.
   *
   * <p>The answer does not depend on the order of the requests, devices or allocations. A refusal
   * is reliable: there is no way to place the requests without moving what others (and kept claims)
   * hold. There are two exceptions. One is reported as {@link
   * Refusal.Reason#TOO_MANY_COMBINATIONS}. The other is a class that selects VFs by their index: of
   * the VFs that do not exist yet, only the next index is considered.
   *
   * @param budget of all nodes that are asked about for the same requests
   * @throws IllegalArgumentException if two requests are for one claim, or there are more than
   *     {@link #MAX_REQUESTS}
   */
  public static Decision place(
      NodeInventory node, List<DeviceRequest> requests, Policy policy, SearchBudget budget) {
    if (requests.size() > MAX_REQUESTS) {
      throw new IllegalArgumentException(
          "%d requests, at most %d are placed together".formatted(requests.size(), MAX_REQUESTS));
    }
    var kept = new HashMap<String, List<DeviceShare>>();
    var open = new ArrayList<DeviceRequest>();
    var outdated = new ArrayList<String>();
    var claimUids = new HashSet<String>();
    for (DeviceRequest request : requests) {
      if (!claimUids.add(request.claimUid())) {
        throw new IllegalArgumentException("two requests of claim " + request.claimUid());
      }
      List<DeviceShare> held = node.heldBy(request.claimUid());
      if (node.ledger().satisfies(held, request)) {
        kept.put(request.claimUid(), held);
      } else {
        open.add(request);
        if (!held.isEmpty()) {
          outdated.add(request.claimUid());
        }
      }
    }
    NodeInventory before = outdated.isEmpty() ? node : node.without(outdated);
    return firstThatDoesNotFitAlone(before.ledger(), open)
        .<Decision>map(refusal -> refusal)
        .orElseGet(() -> placeTogether(before, open, kept, policy, budget));
  }

  private static Optional<Refusal> firstThatDoesNotFitAlone(
      Ledger ledger, List<DeviceRequest> open) {
    return open.stream()
        .sorted(Search.HARDEST_FIRST)
        .flatMap(request -> Shortage.of(ledger, request).stream())
        .findFirst();
  }

  private static Decision placeTogether(
      NodeInventory before,
      List<DeviceRequest> open,
      Map<String, List<DeviceShare>> kept,
      Policy policy,
      SearchBudget budget) {
    var search = new Search(before.ledger().copy(), open, policy, budget);
    if (search.run()) {
      var shares = new HashMap<>(kept);
      shares.putAll(search.found());
      return new Placement(before.nodeName(), shares);
    }
    return search.wasEnded()
        ? new Refusal(
            Refusal.Reason.TOO_MANY_COMBINATIONS,
            Optional.empty(),
            "%s to fit all %d claims of the pod together".formatted(budget.whyEnded(), open.size()))
        : new Refusal(
            Refusal.Reason.CLAIMS_DO_NOT_FIT_TOGETHER,
            Optional.empty(),
            "each claim fits alone, but not all %d claims of the pod together"
                .formatted(open.size()));
  }
}
