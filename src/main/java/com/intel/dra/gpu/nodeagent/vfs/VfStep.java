package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import java.util.Optional;
import java.util.SortedSet;

/** Work to be done on one GPU, and what went on there before it was decided. */
sealed interface VfStep {

  Gpu gpu();

  Optional<VfHostState> before();

  /**
   * Make VFs.
   *
   * @param held the VFs that claims hold
   */
  record Make(
      Gpu gpu, VfHostDecision.Make decision, SortedSet<Integer> held, Optional<VfHostState> before)
      implements VfStep {}

  /** Remove the VFs. */
  record Remove(Gpu gpu, Optional<VfHostState> before) implements VfStep {}
}
