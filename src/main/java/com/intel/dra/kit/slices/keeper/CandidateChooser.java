package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.ChosenCandidate;
import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.InvalidPoolException;
import com.intel.dra.kit.slices.pool.NullAsEmpty;
import com.intel.dra.kit.slices.pool.SliceComparison;
import com.intel.dra.kit.slices.pool.SliceLayout;
import com.intel.dra.kit.slices.pool.SliceOwner;
import com.intel.dra.kit.slices.pool.WantedPool;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds out by dry runs which candidate the API server would store. A dry run stores nothing, so
 * devices are never published without the counters that limit them, not even briefly. Creation is
 * tried even for slices that exist: in existing slices the server keeps fields that it would drop
 * from new ones.
 */
final class CandidateChooser {

  private final SliceStore store;
  private final SliceListener listener;

  /** The candidates that are not tried for now, by their place in the list. */
  private final Map<Integer, Set<DroppedField>> overCommitting = new HashMap<>();

  private final Map<Integer, Set<DroppedField>> told = new HashMap<>();
  private int candidates;

  CandidateChooser(SliceStore store, SliceListener listener) {
    this.store = store;
    this.listener = listener;
  }

  /** What the API server would do with a candidate. */
  private sealed interface Answer {

    record Stored(SliceLayout layout, Set<DroppedField> dropped) implements Answer {}

    record Rejected(String message) implements Answer {}
  }

  /** Allows all candidates to be tried again. */
  void forget() {
    overCommitting.clear();
    told.clear();
  }

  /**
   * Records that a candidate lost fields that limit use, although its dry run did not show that.
   */
  void lost(int candidate, Set<DroppedField> dropped) {
    overCommitting.put(candidate, dropped);
    tell(candidate, dropped);
  }

  /**
   * The first candidate that is stored completely; otherwise the first that loses no field that
   * limits use; otherwise a pool without devices. Empty if the API server refuses all.
   *
   * @throws SliceStoreException if the API server does not answer
   */
  Optional<ChosenCandidate> choose(SliceOwner owner, List<WantedPool> pools)
      throws SliceStoreException {
    if (pools.size() != candidates) {
      // the places have a different meaning now
      candidates = pools.size();
      forget();
    }
    Optional<ChosenCandidate> incomplete = Optional.empty();
    for (int i = 0; i < pools.size(); i++) {
      if (overCommitting.containsKey(i)) {
        continue;
      }
      switch (ask(owner, pools.get(i))) {
        case Answer.Rejected(String message) -> listener.rejected(i, message);
        case Answer.Stored(SliceLayout layout, Set<DroppedField> dropped) -> {
          var choice = new ChosenCandidate(OptionalInt.of(i), layout, dropped);
          if (dropped.isEmpty()) {
            return Optional.of(choice);
          }
          tell(i, dropped);
          if (limitUse(dropped)) {
            overCommitting.put(i, dropped);
          } else if (incomplete.isEmpty()) {
            incomplete = Optional.of(choice);
          }
        }
      }
    }
    if (incomplete.isPresent() || overCommitting.isEmpty()) {
      return incomplete;
    }
    String poolName = pools.getLast().name().orElse(owner.nodeName());
    return Optional.of(
        new ChosenCandidate(OptionalInt.empty(), SliceLayout.empty(poolName), Set.of()));
  }

  static boolean limitUse(Set<DroppedField> dropped) {
    return dropped.stream().anyMatch(DroppedField::limitsUse);
  }

  private Answer ask(SliceOwner owner, WantedPool pool) throws SliceStoreException {
    var stored = new ArrayList<SliceLayout.Content>();
    var dropped = EnumSet.noneOf(DroppedField.class);
    SliceLayout layout;
    try {
      layout = SliceLayout.of(owner.nodeName(), pool);
      for (int i = 0; i < layout.slices().size(); i++) {
        SliceLayout.Content sent = layout.slices().get(i);
        ResourceSliceSpec answer = store.create(owner.create(layout, i, 1), true).getSpec();
        Set<DroppedField> droppedHere = SliceComparison.differences(sent, answer);
        dropped.addAll(droppedHere);
        stored.add(droppedHere.isEmpty() ? sent : asStored(sent, answer, droppedHere));
      }
    } catch (InvalidPoolException | SliceStoreException.Invalid e) {
      return new Answer.Rejected(String.valueOf(e.getMessage()));
    }
    return new Answer.Stored(new SliceLayout(layout.poolName(), stored), dropped);
  }

  /**
   * The content to send from now on. It equals what the server stores, so that changes by others
   * can be recognized.
   */
  private static SliceLayout.Content asStored(
      SliceLayout.Content sent, ResourceSliceSpec answer, Set<DroppedField> dropped) {
    List<Device> devices = new ArrayList<>(NullAsEmpty.orEmpty(answer.getDevices()));
    if (!dropped.contains(DroppedField.TAINTS) && devices.size() == sent.devices().size()) {
      // without the time of the dry run
      for (int i = 0; i < devices.size(); i++) {
        devices.set(
            i,
            new DeviceBuilder(devices.get(i))
                .withTaints(NullAsEmpty.orEmpty(sent.devices().get(i).getTaints()))
                .build());
      }
    }
    return new SliceLayout.Content(NullAsEmpty.orEmpty(answer.getSharedCounters()), devices);
  }

  private void tell(int candidate, Set<DroppedField> dropped) {
    if (!dropped.equals(told.put(candidate, Set.copyOf(dropped)))) {
      listener.droppedFields(candidate, Set.copyOf(dropped));
    }
  }
}
