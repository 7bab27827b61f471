package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.sysfs.sriov.EnabledVfs;
import com.intel.dra.gpu.sysfs.sriov.VfWithoutCard;
import java.util.Map;

/**
 * What was seen of the VFs of one GPU.
 *
 * @param withoutCard the VFs, by index, that claims hold and that are enabled but cannot be used
 * @param identity tells these VFs from VFs that are made later; empty when it is not known
 */
public record VfObservation(
    EnabledVfs enabled, Map<Integer, VfWithoutCard> withoutCard, String identity) {

  static VfObservation of(EnabledVfs enabled) {
    return new VfObservation(enabled, Map.of(), "");
  }

  /** Whether the GPU certainly has no VFs. */
  boolean hasNone() {
    return enabled instanceof EnabledVfs.Count(int numVfs) && numVfs == 0;
  }

  /** Whether there are VFs, and certainly others than those that the record is about. */
  boolean areOthersThan(VfHostRecord made) {
    return enabled instanceof EnabledVfs.Count(int numVfs)
        && numVfs > 0
        && made.isOfOthersThan(identity);
  }
}
