package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.ChosenCandidate;
import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.NullAsEmpty;
import com.intel.dra.kit.slices.pool.PublishedPool;
import com.intel.dra.kit.slices.pool.SliceComparison;
import com.intel.dra.kit.slices.pool.SliceLayout;
import com.intel.dra.kit.slices.pool.SliceOwner;
import com.intel.dra.kit.slices.pool.SlicePlan;
import com.intel.dra.kit.slices.pool.TaintTimes;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes the slices at the API server equal to the wanted ones, once per call. Its state only saves
 * requests and preserves the age of taints: a new instance reaches the same result. For use by one
 * thread.
 */
final class PoolWriter {

  private final SliceSettings settings;
  private final SliceStore store;
  private final OwnWrites ownWrites;
  private final CandidateChooser chooser;

  private List<WantedPool> chosenFrom = List.of();
  private Optional<ChosenCandidate> choice = Optional.empty();

  /** The slices when they were last complete: they show how old taints are. */
  private List<ResourceSlice> lastComplete = List.of();

  private long highestKnown;

  PoolWriter(
      SliceSettings settings, SliceStore store, OwnWrites ownWrites, CandidateChooser chooser) {
    this.settings = settings;
    this.store = store;
    this.ownWrites = ownWrites;
    this.chooser = chooser;
  }

  /** The result of a call. */
  sealed interface Outcome {

    /** The watch has not started yet: nothing is known and nothing was done. */
    record NotSynced() implements Outcome {}

    /**
     * The slices are as wanted.
     *
     * @param writes the number of writes that were needed
     */
    record Complete(PublishedPool pool, int writes, boolean secondBest) implements Outcome {}

    /** Every candidate is invalid; nothing was written. */
    record Refused() implements Outcome {}

    /** There are no slices. */
    record Removed(int writes) implements Outcome {}
  }

  /** Reads the API server directly to find what the watch has missed. */
  void look() throws SliceStoreException {
    Optional<List<ResourceSlice>> seen = store.seen();
    if (seen.isPresent()) {
      ownWrites.listed(seen.get(), store.list());
    }
  }

  /** Makes the next call try the best candidate again. */
  void chooseAgain() {
    choice = Optional.empty();
    chooser.forget();
  }

  /**
   * @throws SliceStoreException if the call must be repeated; some writes may have been done
   */
  Outcome publish(List<WantedPool> pools) throws SliceStoreException {
    if (store.seen().isEmpty()) {
      return new Outcome.NotSynced();
    }
    SliceOwner owner = owner();
    if (!pools.equals(chosenFrom)) {
      chosenFrom = pools;
      choice = Optional.empty();
    }
    boolean fresh = false;
    int writes = 0;
    while (true) {
      if (choice.isEmpty()) {
        choice = chooser.choose(owner, pools);
        fresh = true;
      }
      if (choice.isEmpty()) {
        return new Outcome.Refused();
      }
      ChosenCandidate chosen = choice.get();
      List<ResourceSlice> existing = existing();
      SlicePlan plan =
          SlicePlan.of(owner, withTaintTimes(chosen.layout(), existing), existing, highestKnown);
      highestKnown = Math.max(highestKnown, plan.generation());
      if (plan.isEmpty()) {
        lastComplete = existing;
        return complete(chosen, plan, writes, chosen.dropped());
      }
      if (!fresh) {
        // before anything is written, check that the candidate is still stored completely
        choice = Optional.empty();
        continue;
      }
      Set<DroppedField> lost = carryOut(plan);
      writes += plan.writes();
      OptionalInt candidate = chosen.candidate();
      if (CandidateChooser.limitUse(lost) && candidate.isPresent()) {
        chooser.lost(candidate.getAsInt(), lost);
        choice = Optional.empty();
        continue;
      }
      lastComplete = existing();
      lost.addAll(chosen.dropped());
      return complete(chosen, plan, writes, lost);
    }
  }

  /**
   * @throws SliceStoreException if the call must be repeated; some writes may have been done
   */
  Outcome withdraw() throws SliceStoreException {
    if (store.seen().isEmpty()) {
      return new Outcome.NotSynced();
    }
    SlicePlan plan = SlicePlan.removing(existing());
    carryOut(plan);
    choice = Optional.empty();
    return new Outcome.Removed(plan.writes());
  }

  private SliceOwner owner() throws SliceStoreException {
    String uid =
        store
            .nodeUid()
            .orElseThrow(
                () ->
                    new SliceStoreException.Failed(
                        "there is no Node named %s, which must own the ResourceSlices"
                            .formatted(settings.nodeName()),
                        null));
    return new SliceOwner(settings.driverName(), settings.nodeName(), uid);
  }

  private List<ResourceSlice> existing() {
    return ownWrites.appliedTo(store.seen().orElse(List.of()));
  }

  private SliceLayout withTaintTimes(SliceLayout layout, List<ResourceSlice> existing) {
    SliceLayout known = TaintTimes.of(lastComplete).applyTo(layout);
    return TaintTimes.of(SlicePlan.oldestFirst(existing)).applyTo(known);
  }

  private static Outcome complete(
      ChosenCandidate chosen, SlicePlan plan, int writes, Set<DroppedField> dropped) {
    var pool =
        new PublishedPool(
            chosen.layout().poolName(),
            plan.generation(),
            chosen.layout().slices().size(),
            chosen.layout().deviceCount(),
            chosen.candidate(),
            dropped);
    return new Outcome.Complete(pool, writes, chosen.isSecondBest() || !dropped.isEmpty());
  }

  /**
   * Writes until the plan is done, or until a field that limits use was not stored.
   *
   * @return the fields that were not stored
   */
  private EnumSet<DroppedField> carryOut(SlicePlan plan) throws SliceStoreException {
    var lost = EnumSet.noneOf(DroppedField.class);
    for (ResourceSlice slice : plan.deletes()) {
      delete(slice);
    }
    for (ResourceSlice slice : plan.updates()) {
      lost.addAll(stored(slice, update(slice)));
      if (CandidateChooser.limitUse(lost)) {
        return lost;
      }
    }
    for (ResourceSlice slice : plan.creates()) {
      lost.addAll(stored(slice, store.create(slice, false)));
      if (CandidateChooser.limitUse(lost)) {
        return lost;
      }
    }
    return lost;
  }

  private void delete(ResourceSlice slice) throws SliceStoreException {
    try {
      store.delete(slice);
      ownWrites.deleted(slice);
    } catch (SliceStoreException.Conflict e) {
      ownWrites.forget(slice);
      throw e;
    }
  }

  private ResourceSlice update(ResourceSlice slice) throws SliceStoreException {
    try {
      return store.update(slice);
    } catch (SliceStoreException.Conflict e) {
      ownWrites.forget(slice);
      throw e;
    }
  }

  private Set<DroppedField> stored(ResourceSlice sent, ResourceSlice stored) {
    ownWrites.stored(stored);
    var content =
        new SliceLayout.Content(
            NullAsEmpty.orEmpty(sent.getSpec().getSharedCounters()),
            NullAsEmpty.orEmpty(sent.getSpec().getDevices()));
    return SliceComparison.differences(content, stored.getSpec());
  }
}
