package com.intel.dra.kit.slices.pool;

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
 * The writes that make existing slices equal to a layout. They must be done in the order of the
 * components and of the lists, and must stop at the first failure. Then consumers see the old pool,
 * none, or the new one, because they use only the highest generation, and only if all its slices
 * exist:
 *
 * <ul>
 *   <li>the generation stays the same if one update is enough, because that is one write;
 *   <li>otherwise every slice gets a generation above all that were seen, so that the pool is
 *       incomplete until the last write;
 *   <li>the remains of old generations are deleted first, the oldest before all others;
 *   <li>slices with a generation that leaves no room for later ones are deleted, and do not count
 *       for the next generation.
 * </ul>
 *
 * @param generation the pool's generation afterwards
 * @param deletes unwanted slices, as they were read
 * @param updates slices with their new content and the version with which they were read
 * @param creates slices without a name
 */
public record SlicePlan(
    long generation,
    List<ResourceSlice> deletes,
    List<ResourceSlice> updates,
    List<ResourceSlice> creates) {

  /**
   * No driver that counts gets here. A pool with a higher generation was written by others, and
   * might leave no number for the next generation.
   */
  static final long HIGHEST_GENERATION = 1L << 62;

  private static final Comparator<ResourceSlice> BY_NAME =
      Comparator.comparing(slice -> slice.getMetadata().getName());

  public SlicePlan {
    deletes = List.copyOf(deletes);
    updates = List.copyOf(updates);
    creates = List.copyOf(creates);
  }

  /**
   * @param existing all slices of the driver on the node, no matter what made them
   * @param highestKnown the highest generation of the pool that was ever seen, even of slices that
   *     are gone; 0 for none
   */
  public static SlicePlan of(
      SliceOwner owner, SliceLayout layout, List<ResourceSlice> existing, long highestKnown) {
    long highest =
        existing.stream()
            .filter(slice -> isOfPool(slice, layout))
            .mapToLong(SlicePlan::generationOf)
            .filter(SlicePlan::leavesRoom)
            .max()
            .orElse(0);
    int count = layout.slices().size();
    var matched = new TreeMap<Integer, ResourceSlice>();
    var deletes = new ArrayList<ResourceSlice>();
    // of two slices with one index, take the one that is already as wanted
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

    // slices of others before surplus slices of ours: a slice of others must not complete the count
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
    long generation = oneWrite ? highest : next(highest, highestKnown);
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

  /** The plan that deletes all slices. */
  public static SlicePlan removing(List<ResourceSlice> existing) {
    return new SlicePlan(0, oldestFirst(existing), List.of(), List.of());
  }

  public boolean isEmpty() {
    return writes() == 0;
  }

  public int writes() {
    return deletes.size() + updates.size() + creates.size();
  }

  public static long generationOf(ResourceSlice slice) {
    return slice.getSpec().getPool().getGeneration();
  }

  /** Sorted by generation, and then by name to make the order fixed. */
  public static List<ResourceSlice> oldestFirst(List<ResourceSlice> slices) {
    return slices.stream()
        .sorted(Comparator.comparingLong(SlicePlan::generationOf).thenComparing(BY_NAME))
        .toList();
  }

  private static long next(long highest, long highestKnown) {
    return Math.max(highest, leavesRoom(highestKnown) ? highestKnown : 0) + 1;
  }

  private static boolean leavesRoom(long generation) {
    return generation <= HIGHEST_GENERATION;
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
