package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.VfProfile;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What is going on with the VFs of one GPU. A GPU without a state is at rest: everything that
 * discovery found of it may be offered.
 *
 * <p>The state answers what may be offered meanwhile. The GAS and the ResourceSlices ask different
 * questions about the GPU as a whole, see {@link #offersGpu} and {@link #offersGpuSoon}.
 */
public sealed interface VfHostState {

  /** Whether a thread is at work on the hardware, or is about to be. */
  default boolean isBusy() {
    return switch (this) {
      case Making _, Removing _ -> true;
      case MakingFailed _, RemovalFailed _, Refused _, Occupied _, Unknown _ -> false;
    };
  }

  /**
   * Whether the GAS may list the GPU, because it can be used now. The GAS is written at each
   * change, so a GPU leaves it for the time of a removal. (The controller gives no GPU away as a
   * whole while the GAS lists VFs of it.)
   */
  default boolean offersGpu() {
    return switch (this) {
      case Making _, MakingFailed _, Refused _, Occupied _ -> true;
      case Removing _, RemovalFailed _, Unknown _ -> false;
    };
  }

  /**
   * Whether the GPU as a whole may be offered by ResourceSlices: it can be used now, or when a
   * removal of VFs that is going on has ended. The kubelet's call waits for that, and slices are
   * not written for a change that lasts seconds. In this they differ from {@link #offersGpu}.
   */
  default boolean offersGpuSoon() {
    return switch (this) {
      case Making _, MakingFailed _, Removing _, Refused _, Occupied _ -> true;
      case RemovalFailed _, Unknown _ -> false;
    };
  }

  /** Whether the VFs that are there may be offered by the GAS. */
  default boolean offersVfs() {
    return switch (this) {
      case Refused _, Occupied _ -> true;
      case Making _, MakingFailed _, Removing _, RemovalFailed _, Unknown _ -> false;
    };
  }

  /**
   * The VFs that the GAS offers instead of those that are there. They are only those that claims
   * hold, because no other claim may count on the rest yet.
   */
  default Optional<AnnouncedVfs> announcedVfs() {
    return switch (this) {
      case Making making -> Optional.of(new AnnouncedVfs(making.profile(), making.held()));
      case MakingFailed failed when failed.leftSomething() ->
          Optional.of(new AnnouncedVfs(failed.profile(), failed.held()));
      case MakingFailed _, Removing _, RemovalFailed _, Refused _, Occupied _, Unknown _ ->
          Optional.empty();
    };
  }

  /** Whether the controller may plan more VFs on the GPU than it has. */
  default boolean mayHaveOthers() {
    return switch (this) {
      case Making _ -> true;
      case MakingFailed _, Removing _, RemovalFailed _, Refused _, Occupied _, Unknown _ -> false;
    };
  }

  /** Whether a hindrance may end by itself within seconds, without an attempt of this agent. */
  default boolean mayPass() {
    return switch (this) {
      case Refused refused -> refused.mayPass();
      case Making _, MakingFailed _, Removing _, RemovalFailed _, Occupied _, Unknown _ -> false;
    };
  }

  /** Whether VFs that this driver did not make take a part of the GPU that is not known. */
  default boolean isOccupied() {
    return switch (this) {
      case Occupied _ -> true;
      case Making _, MakingFailed _, Removing _, RemovalFailed _, Refused _, Unknown _ -> false;
    };
  }

  /** Why new VFs of the GPU cannot be had now. Work that is going on is no reason: it ends. */
  default Optional<String> hindrance() {
    return switch (this) {
      case MakingFailed failed -> Optional.of(failed.failure().message());
      case RemovalFailed failed -> Optional.of(failed.failure().message());
      case Refused refused -> Optional.of(refused.reason());
      case Unknown unknown -> Optional.of(unknown.reason());
      case Making _, Removing _, Occupied _ -> Optional.empty();
    };
  }

  /** The last failure of the attempts that go on now. */
  default Optional<AttemptFailure> lastFailure() {
    return switch (this) {
      case Making making -> making.previous();
      case Removing removing -> removing.previous();
      case MakingFailed failed -> Optional.of(failed.failure());
      case RemovalFailed failed -> Optional.of(failed.failure());
      case Refused _, Occupied _, Unknown _ -> Optional.empty();
    };
  }

  /**
   * VFs that are offered before they are there.
   *
   * @param indices which of the GPU's VFs
   */
  record AnnouncedVfs(VfProfile profile, SortedSet<Integer> indices) {}

  /**
   * VFs are being made.
   *
   * @param held the VFs that claims hold
   */
  record Making(VfProfile profile, SortedSet<Integer> held, Optional<AttemptFailure> previous)
      implements VfHostState {}

  /**
   * VFs could not be made.
   *
   * @param leftSomething whether VFs of the attempt are still there, so that the GPU cannot be
   *     offered as a whole
   */
  record MakingFailed(
      AttemptFailure failure, VfProfile profile, SortedSet<Integer> held, boolean leftSomething)
      implements VfHostState {}

  /** VFs are being removed. */
  record Removing(Optional<AttemptFailure> previous) implements VfHostState {}

  /** VFs could not be removed. */
  record RemovalFailed(AttemptFailure failure) implements VfHostState {}

  /**
   * VFs that claims hold cannot be made while the GPU is as it is.
   *
   * @param mayPass whether that may end by itself within seconds
   */
  record Refused(String reason, boolean mayPass) implements VfHostState {}

  /**
   * An administrator made VFs and uses them in a way that this driver cannot offer, such as for
   * virtual machines: the GPU cannot have others meanwhile.
   */
  record Occupied() implements VfHostState {}

  /** The GPU does not answer, so it is not known which VFs it has. */
  record Unknown(String reason) implements VfHostState {}
}
