package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A GPU that will be published.
 *
 * @param vfs the state of its VFs
 * @param use how claims use it as a GPU now
 * @param heldVfs its VFs that prepared claims hold, by their number, including those that are gone
 */
public record OfferedGpu(
    Gpu gpu, DeviceFacts facts, Vfs vfs, Use use, SortedMap<Integer, HeldVf> heldVfs) {

  public OfferedGpu {
    heldVfs = Collections.unmodifiableSortedMap(new TreeMap<>(heldVfs));
  }

  /** A GPU whose VFs no claim holds. */
  public OfferedGpu(Gpu gpu, DeviceFacts facts, Vfs vfs, Use use) {
    this(gpu, facts, vfs, use, Collections.emptySortedMap());
  }

  /** A GPU that no claim uses as a GPU. */
  public OfferedGpu(Gpu gpu, DeviceFacts facts, Vfs vfs) {
    this(gpu, facts, vfs, Use.NONE);
  }

  /** A VF that a prepared claim holds. */
  public record HeldVf(int memoryMiB, DeviceFacts.Condition condition) {}

  /**
   * Whether claims hold VFs beyond the first {@code numVfs}, which are not charged to the GPU's
   * counters.
   */
  boolean hasHeldVfsBeyond(int numVfs) {
    return !heldVfs.isEmpty() && heldVfs.lastKey() >= numVfs;
  }

  DeviceFacts.Condition conditionOf(int vf) {
    DeviceFacts.Condition own =
        Optional.ofNullable(heldVfs.get(vf)).map(HeldVf::condition).orElse(facts.condition());
    return own.compareTo(facts.condition()) > 0 ? own : facts.condition();
  }

  /**
   * How claims use a GPU other than by its VFs. The scheduler counts shares and whole GPUs
   * separately, so a change of the setting must wait until no claim uses the GPU.
   */
  public enum Use {
    NONE,
    /** One claim has the whole GPU, and there are no shares. */
    WHOLE,
    /** Claims have shares of the GPU. */
    SHARED,
    /** A claim has all its memory, but it is unknown whether as a whole GPU or as a share. */
    UNKNOWN
  }

  /** The VFs of a GPU. */
  public sealed interface Vfs {

    /** The GPU has no VFs, and will get none. */
    record None() implements Vfs {}

    /**
     * Others made the VFs: they are published as they are, and their GPU is not published.
     *
     * @param vfs the usable VFs
     */
    record Existing(List<Gpu> vfs) implements Vfs {
      public Existing {
        vfs = List.copyOf(vfs);
      }
    }

    /**
     * VFs are made when a claim has been allocated one. All VFs of a GPU have one profile, because
     * adding a VF of another size would require removing the existing ones; so everything that the
     * scheduler chooses can be made.
     *
     * @param failure why the last attempt failed; empty if no failure is known
     * @param blocksTheGpu whether the GPU cannot be used as a whole either, for example because its
     *     VFs cannot be removed
     */
    record OnDemand(VfProfile profile, Optional<String> failure, boolean blocksTheGpu)
        implements Vfs {}
  }

  /**
   * The profile for splitting a GPU into this many VFs: the one with the most VFs that does not
   * exceed the number; of several with equally many, the one whose VFs have the most memory.
   */
  public static Optional<VfProfile> profileFor(int vfsPerGpu, List<VfProfile> profiles) {
    return profiles.stream()
        .filter(profile -> profile.numVfs() <= vfsPerGpu)
        .max(Comparator.comparingInt(VfProfile::numVfs).thenComparingInt(VfProfile::memoryMiB));
  }
}
