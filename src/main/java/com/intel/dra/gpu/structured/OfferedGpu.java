package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.policy.GpuSharing;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A GPU that will be published.
 *
 * @param vfs the state of its VFs
 * @param use how claims use it as a GPU now
 * @param heldVfs its VFs that prepared claims hold, by their number, including those that are gone
 * @param sharing how claims are to share it when nothing uses it
 * @param withheld whether no further claim is to have it or its VFs
 */
public record OfferedGpu(
    Gpu gpu,
    DeviceFacts facts,
    Vfs vfs,
    Use use,
    SortedMap<Integer, HeldVf> heldVfs,
    GpuSharing sharing,
    boolean withheld) {

  public OfferedGpu {
    heldVfs = Collections.unmodifiableSortedMap(new TreeMap<>(heldVfs));
  }

  /**
   * A VF that a prepared claim holds.
   *
   * @param byAnotherName whether the claim was not given it by its name here, but by that of
   *     another driver, so that the scheduler does not know that it is taken
   */
  public record HeldVf(int memoryMiB, DeviceFacts.Condition condition, boolean byAnotherName) {

    /** A VF that the scheduler knows to be taken. */
    public HeldVf(int memoryMiB, DeviceFacts.Condition condition) {
      this(memoryMiB, condition, false);
    }
  }

  /** Whether a prepared claim holds the GPU, a share of it, or a VF of it. */
  boolean isInUse() {
    return !(use instanceof Use.None) || !heldVfs.isEmpty();
  }

  /** How claims can share the GPU now: as it is used, or, if nothing uses it, as it is to be. */
  public GpuSharing sharingNow() {
    return switch (use) {
      case Use.None _ -> sharing.on(gpu.memoryMiB());
      case Use.Whole _, Use.Unknown _ -> new GpuSharing.Exclusive();
      case Use.ByMemory _ -> sharing.stillByMemory(gpu.memoryMiB());
      case Use.ByCount(int count) -> sharing.on(gpu.memoryMiB()).stillByCount(count);
    };
  }

  /**
   * Whether claims still share the GPU in another way than is wanted. New claims must wait until it
   * is free: one that came earlier would keep it as it is.
   */
  boolean isUsedOtherwiseThanWanted() {
    return mayBeShared() && !sharingNow().equals(sharing.on(gpu.memoryMiB()));
  }

  /** Whether claims may have shares, which the scheduler may not charge to the counters. */
  boolean mayBeShared() {
    return switch (use) {
      case Use.ByMemory _, Use.ByCount _, Use.Unknown _ -> true;
      case Use.None _, Use.Whole _ -> false;
    };
  }

  /** How many shares the scheduler counts of the GPU; empty if it does not count them. */
  public OptionalInt countedShares() {
    return switch (sharingNow()) {
      case GpuSharing.ByCount shares -> OptionalInt.of(shares.count());
      case GpuSharing.Unlimited unlimited -> OptionalInt.of(unlimited.counted().count());
      case GpuSharing.Exclusive _, GpuSharing.ByMemory _ -> OptionalInt.empty();
    };
  }

  /**
   * Whether claims hold VFs beyond the first {@code numVfs}, which are not charged to the GPU's
   * counters.
   */
  boolean hasHeldVfsBeyond(int numVfs) {
    return !heldVfs.isEmpty() && heldVfs.lastKey() >= numVfs;
  }

  /** Whether the VF is taken, and the scheduler does not know it. */
  boolean isTakenByAnotherName(int vf) {
    return Optional.ofNullable(heldVfs.get(vf)).filter(HeldVf::byAnotherName).isPresent();
  }

  DeviceFacts.Condition conditionOf(int vf) {
    DeviceFacts.Condition own =
        Optional.ofNullable(heldVfs.get(vf)).map(HeldVf::condition).orElse(facts.condition());
    return own.compareTo(facts.condition()) > 0 ? own : facts.condition();
  }

  /**
   * How claims use a GPU other than by its VFs. The scheduler counts each of these separately, so a
   * change of the policy must wait until no claim uses the GPU.
   */
  public sealed interface Use {

    record None() implements Use {}

    /** One claim has the whole GPU, and there are no shares. */
    record Whole() implements Use {}

    /** Claims have shares of its memory. */
    record ByMemory() implements Use {}

    /**
     * Claims have some of the shares of the GPU.
     *
     * @param count the shares that the GPU has in all
     */
    record ByCount(int count) implements Use {}

    /** A claim has all its memory, or claims share it in different ways. */
    record Unknown() implements Use {}

    /** The use by several claims together. */
    static Use of(Stream<Use> claims) {
      return claims.reduce(new None(), Use::and);
    }

    /** A GPU is not both whole and shared; if records say so, the shares are what can grow. */
    private static Use and(Use one, Use other) {
      return switch (one) {
        case None _ -> other;
        case Unknown _ -> one;
        case Whole _ -> other instanceof None ? one : other;
        case ByMemory _ ->
            switch (other) {
              case None _, Whole _, ByMemory _ -> one;
              case ByCount _, Unknown _ -> new Unknown();
            };
        case ByCount(int count) ->
            switch (other) {
              case None _, Whole _ -> one;
              case ByCount(int more) -> new ByCount(Math.min(count, more));
              case ByMemory _, Unknown _ -> new Unknown();
            };
      };
    }
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
     * @param isClosed whether only claims that hold VFs keep them, because the policy wants others
     *     or none
     */
    record OnDemand(
        VfProfile profile, Optional<String> failure, boolean blocksTheGpu, boolean isClosed)
        implements Vfs {

      /** VFs that new claims may get. */
      public OnDemand(VfProfile profile, Optional<String> failure, boolean blocksTheGpu) {
        this(profile, failure, blocksTheGpu, false);
      }
    }
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
