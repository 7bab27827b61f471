package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.VfProfile;
import java.util.Optional;
import java.util.SortedSet;

/** What is going on with the VFs of one GPU, while something is. */
public sealed interface VfHostState {

  /** Whether a thread is at work on the hardware, or about to be. */
  default boolean isBusy() {
    return switch (this) {
      case Making making -> true;
      case Removing removing -> true;
      case MakingFailed failed -> false;
      case RemovalFailed failed -> false;
      case Refused refused -> false;
      case Occupied occupied -> false;
      case Unknown unknown -> false;
    };
  }

  /** The last failure of what goes on now. */
  default Optional<AttemptFailure> lastFailure() {
    return switch (this) {
      case Making making -> making.previous();
      case Removing removing -> removing.previous();
      case MakingFailed failed -> Optional.of(failed.failure());
      case RemovalFailed failed -> Optional.of(failed.failure());
      case Refused refused -> Optional.empty();
      case Occupied occupied -> Optional.empty();
      case Unknown unknown -> Optional.empty();
    };
  }

  /**
   * @param held the VFs that claims hold, which are announced already
   */
  record Making(VfProfile profile, SortedSet<Integer> held, Optional<AttemptFailure> previous)
      implements VfHostState {}

  /**
   * @param leftSomething whether VFs of the attempt are still there, so that the GPU cannot be
   *     offered as a whole
   */
  record MakingFailed(
      AttemptFailure failure, VfProfile profile, SortedSet<Integer> held, boolean leftSomething)
      implements VfHostState {}

  record Removing(Optional<AttemptFailure> previous) implements VfHostState {}

  record RemovalFailed(AttemptFailure failure) implements VfHostState {}

  /** VFs that claims hold cannot be made while things are as they are. */
  record Refused(String reason) implements VfHostState {}

  /**
   * Somebody else made VFs and uses them in a way that this driver cannot offer, such as for
   * virtual machines: the GPU cannot have others meanwhile.
   */
  record Occupied() implements VfHostState {}

  /** Which VFs it has is not known, because the GPU does not answer. */
  record Unknown(String reason) implements VfHostState {}
}
