package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.AllocationSearch;
import com.intel.dra.gpu.explain.search.Budget;
import com.intel.dra.gpu.explain.search.ClaimDemand;
import com.intel.dra.gpu.explain.search.Hurdle;
import com.intel.dra.gpu.explain.search.Hurdles;
import com.intel.dra.gpu.explain.search.NodePool;
import com.intel.dra.gpu.explain.search.SearchResult;
import com.intel.dra.gpu.explain.search.SearchedNode;
import com.intel.dra.gpu.explain.search.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds why claims cannot have devices of a node, after a search has found that they cannot. */
final class CauseFinder {

  /** For one request, so that one does not take all that is left. */
  private static final long STEPS = 200_000;

  /** More than anybody reads; a claim can have hundreds of alternatives. */
  private static final int MAX_FAILURES = 32;

  private final SearchedNode on;
  private final Hurdles hurdles;
  private final Budget budget;

  /**
   * @param budget for all that is done here
   */
  CauseFinder(SearchedNode on, Budget budget) {
    this.on = on;
    this.budget = budget;
    this.hurdles = new Hurdles(on);
  }

  /** Returns one or more, or nothing if it cannot be said. */
  List<RequestFailure> find(List<ClaimDemand> claims) {
    var failures = new ArrayList<RequestFailure>();
    for (ClaimDemand claim : claims) {
      for (ClaimDemand.Request request : claim.requests()) {
        if (failures.size() >= MAX_FAILURES || budget.isUsedUp()) {
          return failures;
        }
        alone(claim, request).ifPresent(failures::add);
      }
    }
    return failures.isEmpty() ? together(claims).stream().toList() : failures;
  }

  private Optional<RequestFailure> alone(ClaimDemand claim, ClaimDemand.Request request) {
    var ofWishes = new ArrayList<RequestFailure>();
    for (Wish wish : request.wishes()) {
      Optional<Cause> cause =
          ofDevices(wish)
              .or(
                  () ->
                      ofSearch(
                          claim,
                          new ClaimDemand.Request(
                              request.name(), List.of(wish), request.hasAlternatives())));
      if (cause.isEmpty()) {
        return Optional.empty();
      }
      ofWishes.add(new RequestFailure(claim.shownName(), wish.name(), cause.get()));
    }
    return request.hasAlternatives()
        ? Optional.of(
            new RequestFailure(
                claim.shownName(), request.name(), new Cause.NoAlternative(ofWishes)))
        : ofWishes.stream().findFirst();
  }

  private Optional<Cause> ofDevices(Wish wish) {
    Optional<List<Hurdle>> looked = hurdles.of(wish, budget.part(STEPS));
    if (looked.isEmpty()) {
      return Optional.empty();
    }
    List<Hurdle> all = looked.get();
    List<Hurdle> suitable = all.stream().filter(CauseFinder::isSuitable).toList();
    long free = all.stream().filter(Hurdle.None.class::isInstance).count();
    long wanted = wish.all() ? Math.max(1, suitable.size()) : wish.count();
    if (free >= wanted) {
      return Optional.empty();
    }
    if (suitable.size() < wanted) {
      return Optional.of(
          unusablePool()
              .orElseGet(
                  () -> suitable.isEmpty() ? unsuitable(wish, all) : tooFew(wish, suitable)));
    }
    return Optional.of(blocked(suitable, wanted));
  }

  private static boolean isSuitable(Hurdle hurdle) {
    return !(hurdle instanceof Hurdle.NotOfClass
        || hurdle instanceof Hurdle.NotSelected
        || hurdle instanceof Hurdle.TooSmall);
  }

  private Optional<Cause> unusablePool() {
    return on.pools().stream()
        .flatMap(
            pool ->
                switch (pool) {
                  case NodePool.Incomplete(var key, var generation, var slices, var expected) ->
                      Optional.<Cause>of(
                          new Cause.PoolIncomplete(key.toString(), generation, slices, expected))
                          .stream();
                  case NodePool.Invalid(var key, var why) ->
                      Optional.<Cause>of(new Cause.PoolInvalid(key.toString(), why)).stream();
                  case NodePool.Complete ignored -> Optional.<Cause>empty().stream();
                })
        .findFirst();
  }

  private static Cause tooFew(Wish wish, List<Hurdle> suitable) {
    return new Cause.TooFew(wish.count(), suitable.size());
  }

  private static Cause unsuitable(Wish wish, List<Hurdle> all) {
    return first(all, Hurdle.TooSmall.class)
        .<Cause>map(
            one ->
                new Cause.CapacityNotOffered(
                    one.device(), one.capacity(), one.wanted(), one.most()))
        .or(
            () ->
                first(all, Hurdle.NotSelected.class)
                    .map(one -> new Cause.ClaimSelector(one.part(), one.because(), one.device())))
        .or(
            () ->
                first(all, Hurdle.NotOfClass.class)
                    .map(
                        one ->
                            new Cause.ClassSelector(
                                wish.deviceClass(), one.part(), one.because(), one.device())))
        .orElseGet(Cause.NoDevices::new);
  }

  private static Cause blocked(List<Hurdle> suitable, long wanted) {
    List<Hurdle.Held> inUse = all(suitable, Hurdle.Held.class);
    long free = all(suitable, Hurdle.None.class).size();
    long tainted = all(suitable, Hurdle.Tainted.class).size();
    if (!inUse.isEmpty()) {
      return new Cause.InUse(
          inUse.size(),
          inUse.stream().map(Hurdle.Held::holder).distinct().toList(),
          new Cause.Others(wanted, free, tainted, suitable.size() - inUse.size() - free - tainted));
    }
    return mostLeft(
            all(suitable, Hurdle.CapacityShort.class),
            one -> one.capacity() + one.wanted(),
            Hurdle.CapacityShort::left)
        .<Cause>map(
            one ->
                new Cause.CapacityUsed(
                    one.device(),
                    one.capacity(),
                    one.wanted(),
                    one.left(),
                    one.all(),
                    one.holders()))
        .or(
            () ->
                mostLeft(
                        all(suitable, Hurdle.CounterShort.class),
                        one -> one.counter() + one.wanted(),
                        Hurdle.CounterShort::left)
                    .map(
                        one ->
                            new Cause.CountersUsed(
                                one.device(),
                                one.counterSet(),
                                one.counter(),
                                one.wanted(),
                                one.left(),
                                one.holders())))
        .or(
            () ->
                first(suitable, Hurdle.Tainted.class)
                    .map(
                        one ->
                            new Cause.Tainted(
                                one.device(),
                                one.taint(),
                                tainted,
                                new Cause.Others(wanted, free, 0, 0))))
        .orElseGet(Cause.NotTogether::new);
  }

  /** Of those that want the same as the first one, the one that is nearest to having it. */
  private static <T> Optional<T> mostLeft(
      List<T> some, Function<T, String> wanted, Function<T, String> left) {
    return some.stream()
        .filter(one -> wanted.apply(one).equals(wanted.apply(some.getFirst())))
        .reduce(
            (one, next) ->
                Amount.parse(left.apply(next)).compareTo(Amount.parse(left.apply(one))) > 0
                    ? next
                    : one);
  }

  private static <T extends Hurdle> List<T> all(List<Hurdle> hurdles, Class<T> kind) {
    return hurdles.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static <T extends Hurdle> Optional<T> first(List<Hurdle> hurdles, Class<T> kind) {
    return all(hurdles, kind).stream().findFirst();
  }

  private Optional<Cause> ofSearch(ClaimDemand claim, ClaimDemand.Request request) {
    return constrained(List.of(claim.withRequests(List.of(request))));
  }

  private Optional<RequestFailure> together(List<ClaimDemand> claims) {
    for (int c = 0; c < claims.size(); c++) {
      ClaimDemand claim = claims.get(c);
      for (int r = 1; r <= claim.requests().size() && !budget.isUsedUp(); r++) {
        var first = new ArrayList<>(claims.subList(0, c));
        first.add(claim.withRequests(claim.requests().subList(0, r)));
        Optional<Cause> cause = constrained(first);
        if (cause.isPresent()) {
          return Optional.of(
              new RequestFailure(
                  claim.shownName(), claim.requests().get(r - 1).name(), cause.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** Empty if the claims can have devices, or if that is not known. */
  private Optional<Cause> constrained(List<ClaimDemand> claims) {
    if (!(search(claims) instanceof SearchResult.NotFound)) {
      return Optional.empty();
    }
    Function<ClaimDemand, ClaimDemand> free = ClaimDemand::withoutConstraints;
    if (!(search(claims.stream().map(free).toList()) instanceof SearchResult.Found)) {
      return Optional.of(new Cause.NotTogether());
    }
    return Optional.of(
        claims.getLast().constraints().stream()
            .findFirst()
            .<Cause>map(
                one ->
                    new Cause.Constraint(
                        one.distinct() ? "distinctAttribute" : "matchAttribute",
                        one.attribute(),
                        values(claims.getLast(), one.attribute())))
            .orElseGet(Cause.NotTogether::new));
  }

  private String values(ClaimDemand claim, String attribute) {
    return claim.requests().getLast().wishes().stream()
        .findFirst()
        .flatMap(wish -> hurdles.values(wish, attribute, budget.part(STEPS)))
        .orElse("");
  }

  private SearchResult search(List<ClaimDemand> claims) {
    return new AllocationSearch(on, claims, budget.part(STEPS)).run();
  }
}
