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
 * A GPU as it is to be published.
 *
 * @param vfs what there is to say of its VFs
 * @param use how claims use it as a GPU now
 * @param heldVfs its VFs that prepared claims hold, by their number, also those that are gone
 */
public record OfferedGpu(
    Gpu gpu, DeviceFacts facts, Vfs vfs, Use use, SortedMap<Integer, HeldVf> heldVfs) {

  public OfferedGpu {
    heldVfs = Collections.unmodifiableSortedMap(new TreeMap<>(heldVfs));
  }

  /** One of whose VFs nobody holds any. */
  public OfferedGpu(Gpu gpu, DeviceFacts facts, Vfs vfs, Use use) {
    this(gpu, facts, vfs, use, Collections.emptySortedMap());
  }

  /** One that nobody uses as a GPU. */
  public OfferedGpu(Gpu gpu, DeviceFacts facts, Vfs vfs) {
    this(gpu, facts, vfs, Use.NONE);
  }

  /** A VF that a prepared claim holds. */
  public record HeldVf(int memoryMiB, DeviceFacts.Condition condition) {}

  /** Whether claims hold VFs that a GPU with that many of them does not charge for. */
  boolean hasHeldVfsBeyond(int numVfs) {
    return !heldVfs.isEmpty() && heldVfs.lastKey() >= numVfs;
  }

  DeviceFacts.Condition conditionOf(int vf) {
    DeviceFacts.Condition own =
        Optional.ofNullable(heldVfs.get(vf)).map(HeldVf::condition).orElse(facts.condition());
    return own.compareTo(facts.condition()) > 0 ? own : facts.condition();
  }

  /**
   * How claims use a GPU, other than by its VFs. The scheduler counts shares and whole GPUs apart,
   * so that a change of the setting must wait until nobody does.
   */
  public enum Use {
    NONE,
    /** One claim has it, and no share of it. */
    WHOLE,
    /** Claims have shares of it. */
    SHARED,
    /** A claim has all of its memory, as a whole GPU or as a share: nobody knows any more. */
    UNKNOWN
  }

  /** A GPU's VFs. */
  public sealed interface Vfs {

    /** It has none, and gets none. */
    record None() implements Vfs {}

    /**
     * Somebody else made them: they are published as they are, and their GPU is not.
     *
     * @param vfs those that can be used
     */
    record Existing(List<Gpu> vfs) implements Vfs {
      public Existing {
        vfs = List.copyOf(vfs);
      }
    }

    /**
     * They are made when a claim was given one. All of a GPU have one profile, for a later VF of
     * another size would need those before it to be removed; so whatever the scheduler chooses can
     * be made.
     *
     * @param failure why the last attempt failed; empty when nothing is known against it
     * @param blocksTheGpu whether it keeps the GPU from being used as a whole too, as VFs do that
     *     cannot be removed
     */
    record OnDemand(VfProfile profile, Optional<String> failure, boolean blocksTheGpu)
        implements Vfs {}
  }

  /**
   * How a GPU is to be split for that many VFs: by the profile with the most VFs that are no more;
   * of several with as many, by that whose VFs have the most memory.
   */
  public static Optional<VfProfile> profileFor(int vfsPerGpu, List<VfProfile> profiles) {
    return profiles.stream()
        .filter(profile -> profile.numVfs() <= vfsPerGpu)
        .max(Comparator.comparingInt(VfProfile::numVfs).thenComparingInt(VfProfile::memoryMiB));
  }
}
