package com.intel.dra.gpu.slices;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The writes that make existing slices equal to a layout. They are to be done in the order of the
 * components and of the lists, and none after one that failed. Then consumers, which use only the
 * highest generation and only when all its slices are there, see the old pool, none, or the new
 * one:
 *
 * <ul>
 *   <li>the generation stays when a single update does it all: that is one write;
 *   <li>otherwise every slice gets a generation above all that were seen, so that the pool is
 *       incomplete until the last write;
 *   <li>what is left of old generations goes first, the oldest before all.
 * </ul>
 *
 * @param generation the pool's generation afterwards
 * @param deletes slices that are not wanted, as they were read
 * @param updates slices with their new content and the version that they were read with
 * @param creates slices without a name
 */
record SlicePlan(
    long generation,
    List<ResourceSlice> deletes,
    List<ResourceSlice> updates,
    List<ResourceSlice> creates) {

  private static final Comparator<ResourceSlice> BY_NAME =
      Comparator.comparing(slice -> slice.getMetadata().getName());

  SlicePlan {
    deletes = List.copyOf(deletes);
    updates = List.copyOf(updates);
    creates = List.copyOf(creates);
  }

  /**
   * @param existing all slices of the driver on the node, whoever made them
   * @param highestKnown the highest generation of the pool that was ever seen, perhaps of slices
   *     that are gone; 0 for none
   */
  static SlicePlan of(
      SliceOwner owner, SliceLayout layout, List<ResourceSlice> existing, long highestKnown) {
    long highest =
        existing.stream()
            .filter(slice -> isOfPool(slice, layout))
            .mapToLong(SlicePlan::generationOf)
            .max()
            .orElse(0);
    int count = layout.slices().size();
    var matched = new TreeMap<Integer, ResourceSlice>();
    var deletes = new ArrayList<ResourceSlice>();
    // of two slices with one index, the one that is right already
    for (ResourceSlice slice : firstThose(existing, s -> isAsWanted(owner, layout, s))) {
      OptionalInt index = SliceOwner.indexOf(slice);
      boolean current = isOfPool(slice, layout) && generationOf(slice) == highest;
      if (!current
          || index.isEmpty()
          || index.getAsInt() >= count
          || matched.putIfAbsent(index.getAsInt(), slice) != null) {
        deletes.add(slice);
      }
    }

    // strangers before what is too much of ours: a stranger must not make up the full count
    List<ResourceSlice> ordered =
        firstThose(deletes, slice -> SliceOwner.indexOf(slice).orElse(0) < count).stream()
            .sorted(Comparator.comparingLong(SlicePlan::generationOf))
            .toList();

    List<Integer> outdated =
        matched.entrySet().stream()
            .filter(entry -> !isAsWanted(owner, layout, entry.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    boolean oneWrite = matched.size() == count && outdated.size() <= 1 && highest > 0;
    long generation = oneWrite ? highest : Math.max(highest, highestKnown) + 1;
    var updates = new ArrayList<ResourceSlice>();
    var creates = new ArrayList<ResourceSlice>();
    for (int index = 0; index < count; index++) {
      ResourceSlice slice = matched.get(index);
      if (slice == null) {
        creates.add(owner.create(layout, index, generation));
      } else if (!oneWrite || outdated.contains(index)) {
        updates.add(owner.update(slice, layout, index, generation));
      }
    }
    return new SlicePlan(generation, ordered, updates, creates);
  }

  /** The plan that leaves nothing. */
  static SlicePlan removing(List<ResourceSlice> existing) {
    return new SlicePlan(0, oldestFirst(existing), List.of(), List.of());
  }

  boolean isEmpty() {
    return writes() == 0;
  }

  int writes() {
    return deletes.size() + updates.size() + creates.size();
  }

  static long generationOf(ResourceSlice slice) {
    return slice.getSpec().getPool().getGeneration();
  }

  /** By generation, and by name for a fixed order. */
  static List<ResourceSlice> oldestFirst(List<ResourceSlice> slices) {
    return slices.stream()
        .sorted(Comparator.comparingLong(SlicePlan::generationOf).thenComparing(BY_NAME))
        .toList();
  }

  private static boolean isOfPool(ResourceSlice slice, SliceLayout layout) {
    return layout.poolName().equals(slice.getSpec().getPool().getName());
  }

  private static List<ResourceSlice> firstThose(
      List<ResourceSlice> slices, Predicate<ResourceSlice> preferred) {
    return Stream.concat(
            slices.stream().filter(preferred).sorted(BY_NAME),
            slices.stream().filter(preferred.negate()).sorted(BY_NAME))
        .toList();
  }

  private static boolean isAsWanted(SliceOwner owner, SliceLayout layout, ResourceSlice slice) {
    int index = SliceOwner.indexOf(slice).orElse(Integer.MAX_VALUE);
    return index < layout.slices().size()
        && slice.getSpec().getPool().getResourceSliceCount() == layout.slices().size()
        && owner.owns(slice)
        && SliceComparison.differences(layout.slices().get(index), slice.getSpec()).isEmpty();
  }
}
