package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for devices of one node for several claims at once, in the order of the scheduler and with
 * its rules: claim after claim, request after request, and back when a later one finds nothing. To
 * be used once.
 */
public final class AllocationSearch {

  private final Node node;
  private final List<NodePool> pools;
  private final List<ClaimDemand> claims;
  private final HeldDevices held;
  private final Selection selection;
  private final SchedulerFeatures features;
  private final Budget budget;
  private final CapacityRules capacityRules;

  private final Map<Wish, Amounted> wishes = new IdentityHashMap<>();
  private final Map<PoolKey, CounterState> counters = new HashMap<>();
  private final Map<DeviceKey, Set<Integer>> chosen = new HashMap<>();
  private final Map<DeviceKey, List<Map<String, Amount>>> chosenShares = new HashMap<>();
  private final List<List<Placement>> results = new ArrayList<>();
  private final List<List<ConstraintState>> constraints = new ArrayList<>();

  /** The devices of a wish for all; otherwise how many are wanted. */
  private record Amounted(long count, List<Candidate> all) {}

  private record Candidate(NodePool.Complete pool, OfferedDevice device) {}

  /** Where the search stands. */
  private record Position(int claim, int request, int wish, int device) {
    Position nextDevice() {
      return new Position(claim, request, wish, device + 1);
    }

    Position nextRequest() {
      return new Position(claim, request + 1, 0, 0);
    }

    Position ofWish(int index) {
      return new Position(claim, request, index, device);
    }
  }

  /** The next device to look at. */
  private record Location(int pool, int slice, int device) {
    static final Location START = new Location(0, 0, 0);
  }

  private enum Outcome {
    DONE,
    NOTHING,
    /** The claim would have too many devices, so other devices for earlier requests do not help. */
    TOO_MANY
  }

  /** The scheduler ends its attempt. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean tooMany;

    Refused(String message, boolean tooMany) {
      super(message, null, false, false);
      this.tooMany = tooMany;
    }
  }

  public AllocationSearch(SearchedNode on, List<ClaimDemand> claims, Budget budget) {
    this.node = on.node();
    this.pools = on.pools();
    this.claims = List.copyOf(claims);
    this.held = on.held();
    this.selection = on.selection();
    this.features = on.features();
    this.budget = budget;
    this.capacityRules = new CapacityRules(features);
  }

  /** Searches. */
  public SearchResult run() {
    try {
      for (ClaimDemand claim : claims) {
        prepare(claim);
      }
      Outcome outcome = allocate(new Position(0, 0, 0, 0), false, Location.START);
      return outcome == Outcome.DONE
          ? new SearchResult.Found(results.stream().flatMap(List::stream).toList())
          : new SearchResult.NotFound();
    } catch (Refused refused) {
      return new SearchResult.Failed(String.valueOf(refused.getMessage()), refused.tooMany);
    } catch (Selection.Failed failed) {
      return new SearchResult.Failed(String.valueOf(failed.getMessage()), false);
    } catch (Selection.Unknown unknown) {
      return new SearchResult.Unknown(String.valueOf(unknown.getMessage()));
    } catch (Budget.UsedUp usedUp) {
      return new SearchResult.Unknown(
          "there are too many combinations of devices: gave up after %d steps"
              .formatted(budget.used()));
    } catch (StackOverflowError tooDeep) {
      // each device is a step deeper; no claim has many, but a pod can have many claims
      return new SearchResult.Unknown("the claims of the pod want too many devices together");
    }
  }

  private void prepare(ClaimDemand claim)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    long least = 0;
    for (ClaimDemand.Request request : claim.requests()) {
      long leastOfRequest = Long.MAX_VALUE;
      for (Wish wish : request.wishes()) {
        budget.spend(1);
        Amounted amounted = amounted(claim, wish);
        wishes.put(wish, amounted);
        leastOfRequest = Math.min(leastOfRequest, amounted.count());
      }
      if (leastOfRequest > ClaimDemand.MAX_DEVICES - least) {
        throw new Refused(
            "claim %s, request %s: more than %d devices, which is the most that a claim can have"
                .formatted(claim.claim(), request.name(), ClaimDemand.MAX_DEVICES),
            true);
      }
      least += leastOfRequest;
    }
    results.add(new ArrayList<>());
    constraints.add(
        new ArrayList<>(claim.constraints().stream().map(ConstraintState::new).toList()));
  }

  private Amounted amounted(ClaimDemand claim, Wish wish)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    if (!wish.all()) {
      return new Amounted(wish.count(), List.of());
    }
    var all = new ArrayList<Candidate>();
    for (NodePool pool : pools) {
      if (!(pool instanceof NodePool.Complete complete)) {
        throw new Refused(
            "claim %s, request %s: asks for all devices, but resource pool %s is currently %s"
                .formatted(
                    claim.claim(),
                    wish.name(),
                    pool.key(),
                    pool instanceof NodePool.Invalid ? "invalid" : "being updated"),
            false);
      }
      for (OfferedSlice slice : complete.here()) {
        for (OfferedDevice device : slice.devices()) {
          if (isSelectable(wish, slice, device) && fitsStatically(claim, wish, device)) {
            all.add(new Candidate(complete, device));
          }
        }
      }
    }
    return new Amounted(all.size(), List.copyOf(all));
  }

  private boolean isSelectable(Wish wish, OfferedSlice slice, OfferedDevice device)
      throws Selection.Failed, Selection.Unknown, Budget.UsedUp {
    budget.spend(1);
    if (!features.bindingConditions() && !device.device().getBindingConditions().isEmpty()) {
      return false;
    }
    return selection.selects(wish, device, budget) && slice.isFor(node, device);
  }

  private boolean fitsStatically(ClaimDemand claim, Wish wish, OfferedDevice device)
      throws Refused {
    return !features.consumableCapacity() || fitsCapacity(claim, wish, device, Map.of(), List.of());
  }

  private boolean fitsCapacity(ClaimDemand claim, Wish wish, OfferedDevice device) throws Refused {
    return !features.consumableCapacity()
        || fitsCapacity(
            claim,
            wish,
            device,
            held.consumed(device.key()),
            chosenShares.getOrDefault(device.key(), List.of()));
  }

  private boolean fitsCapacity(
      ClaimDemand claim,
      Wish wish,
      OfferedDevice device,
      Map<String, Amount> consumed,
      List<Map<String, Amount>> shares)
      throws Refused {
    Map<String, DeviceCapacity> capacities = device.device().getCapacity();
    if (CapacityRules.missing(wish.capacities(), capacities).isPresent()) {
      return false;
    }
    for (Map.Entry<String, Amount> charge : charge(claim, wish, device).entrySet()) {
      String name = charge.getKey();
      DeviceCapacity capacity = Objects.requireNonNull(capacities.get(name));
      Amount sum = charge.getValue().plus(consumed.getOrDefault(name, Amount.ZERO));
      for (Map<String, Amount> share : shares) {
        sum = sum.plus(share.getOrDefault(name, Amount.ZERO));
      }
      if (capacityRules.isForbidden(charge.getValue(), capacity)
          || sum.compareTo(Amount.of(capacity.getValue())) > 0) {
        return false;
      }
    }
    return true;
  }

  private Map<String, Amount> charge(ClaimDemand claim, Wish wish, OfferedDevice device)
      throws Refused {
    try {
      return capacityRules.charge(wish.capacities(), device.device().getCapacity());
    } catch (CapacityRules.Refused refused) {
      throw new Refused(
          "claim %s, request %s, device %s: %s"
              .formatted(claim.claim(), wish.name(), device.key(), refused.getMessage()),
          false);
    }
  }

  private Outcome allocate(Position at, boolean inAlternative, Location start)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    budget.spend(1);
    if (at.claim() >= claims.size()) {
      return Outcome.DONE;
    }
    ClaimDemand claim = claims.get(at.claim());
    if (at.request() >= claim.requests().size()) {
      Outcome rest = allocate(new Position(at.claim() + 1, 0, 0, 0), false, Location.START);
      return rest == Outcome.TOO_MANY ? Outcome.NOTHING : rest;
    }
    ClaimDemand.Request request = claim.requests().get(at.request());
    if (request.hasAlternatives() && !inAlternative) {
      return oneOfAlternatives(at, request.wishes().size());
    }
    Wish wish = request.wishes().get(at.wish());
    Amounted amounted = Objects.requireNonNull(wishes.get(wish));
    if (wish.all() && amounted.all().isEmpty()) {
      return Outcome.NOTHING;
    }
    if (at.device() >= amounted.count()) {
      return allocate(at.nextRequest(), false, Location.START);
    }
    if (amounted.count() - at.device() > ClaimDemand.MAX_DEVICES - results.get(at.claim()).size()) {
      return Outcome.TOO_MANY;
    }
    return wish.all()
        ? nextOfAll(at, inAlternative, claim, wish, amounted.all().get(at.device()))
        : anyDevice(at, inAlternative, claim, wish, start);
  }

  private Outcome oneOfAlternatives(Position at, int wishes)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    boolean allTooMany = true;
    for (int index = 0; index < wishes; index++) {
      Outcome outcome = allocate(at.ofWish(index), true, Location.START);
      if (outcome == Outcome.DONE) {
        return outcome;
      }
      allTooMany &= outcome == Outcome.TOO_MANY;
    }
    return allTooMany ? Outcome.TOO_MANY : Outcome.NOTHING;
  }

  private Outcome nextOfAll(
      Position at, boolean inAlternative, ClaimDemand claim, Wish wish, Candidate candidate)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    Optional<Choice> choice = choose(at, claim, wish, candidate, true);
    if (choice.isEmpty()) {
      return Outcome.NOTHING;
    }
    Outcome rest = allocate(at.nextDevice(), inAlternative, Location.START);
    if (rest != Outcome.DONE) {
      choice.get().undo();
    }
    return rest;
  }

  private Outcome anyDevice(
      Position at, boolean inAlternative, ClaimDemand claim, Wish wish, Location start)
      throws Refused, Selection.Failed, Selection.Unknown, Budget.UsedUp {
    for (int p = start.pool(); p < pools.size(); p++) {
      if (!(pools.get(p) instanceof NodePool.Complete pool)) {
        continue;
      }
      int firstSlice = p == start.pool() ? start.slice() : 0;
      for (int s = firstSlice; s < pool.here().size(); s++) {
        OfferedSlice slice = pool.here().get(s);
        int firstDevice = p == start.pool() && s == start.slice() ? start.device() : 0;
        for (int d = firstDevice; d < slice.devices().size(); d++) {
          OfferedDevice device = slice.devices().get(d);
          budget.spend(1);
          if (isTaken(at, wish, device)
              || !isSelectable(wish, slice, device)
              || !fitsCapacity(claim, wish, device)) {
            continue;
          }
          Optional<Choice> choice = choose(at, claim, wish, new Candidate(pool, device), false);
          if (choice.isEmpty()) {
            continue;
          }
          Outcome rest = allocate(at.nextDevice(), inAlternative, new Location(p, s, d + 1));
          if (rest == Outcome.DONE) {
            return rest;
          }
          choice.get().undo();
          if (rest == Outcome.TOO_MANY) {
            return rest;
          }
        }
      }
    }
    return Outcome.NOTHING;
  }

  private boolean isTaken(Position at, Wish wish, OfferedDevice device) {
    Set<Integer> claimsWithIt = chosen.getOrDefault(device.key(), Set.of());
    return wish.adminAccess()
        ? claimsWithIt.contains(at.claim())
        : !claimsWithIt.isEmpty() || held.holder(device.key()).isPresent();
  }

  /** A device that was chosen for now. */
  private final class Choice {

    private final Position at;
    private final Wish wish;
    private final Candidate candidate;
    private boolean countersCharged;
    private int constraintsAdded;
    private boolean marked;
    private boolean shared;
    private boolean recorded;

    Choice(Position at, Wish wish, Candidate candidate) {
      this.at = at;
      this.wish = wish;
      this.candidate = candidate;
    }

    void undo() {
      DeviceKey key = candidate.device().key();
      if (recorded) {
        results.get(at.claim()).removeLast();
      }
      if (shared) {
        List<Map<String, Amount>> shares = Objects.requireNonNull(chosenShares.get(key));
        shares.removeLast();
        if (shares.isEmpty()) {
          chosenShares.remove(key);
        }
      }
      if (marked) {
        Objects.requireNonNull(chosen.get(key)).remove(at.claim());
      }
      for (int i = constraintsAdded - 1; i >= 0; i--) {
        constraints.get(at.claim()).get(i).removeLast(wish);
      }
      if (countersCharged) {
        countersOf(candidate.pool()).remove(candidate.device());
      }
    }
  }

  private CounterState countersOf(NodePool.Complete pool) {
    return counters.computeIfAbsent(pool.key(), unused -> new CounterState(pool, held));
  }

  private Optional<Choice> choose(
      Position at, ClaimDemand claim, Wish wish, Candidate candidate, boolean must) throws Refused {
    OfferedDevice device = candidate.device();
    boolean shareable = features.consumableCapacity() && device.isShareable();
    boolean taken =
        wish.adminAccess() ? !shareable && isTaken(at, wish, device) : isTaken(at, wish, device);
    if (taken || (!features.partitionableDevices() && !device.counters().isEmpty())) {
      return Optional.empty();
    }
    var choice = new Choice(at, wish, candidate);
    boolean chargedAlready =
        shareable
            && (!held.shares(device.key()).isEmpty() || chosenShares.containsKey(device.key()));
    if (!chargedAlready && !device.counters().isEmpty()) {
      if (!countersOf(candidate.pool()).add(device)) {
        return Optional.empty();
      }
      choice.countersCharged = true;
    }
    if (features.deviceTaints() && Tolerance.untolerated(device, wish).isPresent()) {
      choice.undo();
      return Optional.empty();
    }
    for (ConstraintState constraint : constraints.get(at.claim())) {
      if (!constraint.add(wish, device)) {
        choice.undo();
        if (must) {
          throw new Refused(
              "claim %s, request %s: cannot have all devices, because device %s breaks a constraint"
                  .formatted(claim.claim(), wish.name(), device.key()),
              false);
        }
        return Optional.empty();
      }
      choice.constraintsAdded++;
    }
    if (!shareable) {
      chosen.computeIfAbsent(device.key(), unused -> new HashSet<>()).add(at.claim());
      choice.marked = true;
    }
    if (!fitsCapacity(claim, wish, device)) {
      choice.undo();
      return Optional.empty();
    }
    Optional<Map<String, Amount>> share = Optional.empty();
    if (shareable) {
      Map<String, Amount> charge = charge(claim, wish, device);
      share = Optional.of(charge);
      chosenShares.computeIfAbsent(device.key(), unused -> new ArrayList<>()).add(charge);
      choice.shared = true;
    }
    results
        .get(at.claim())
        .add(new Placement(claim.claim(), wish.name(), device.key(), wish.adminAccess(), share));
    choice.recorded = true;
    return Optional.of(choice);
  }
}
