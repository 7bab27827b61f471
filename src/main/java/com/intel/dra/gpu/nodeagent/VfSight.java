package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.VfWithoutCard;
import java.util.Map;

/**
 * What was seen of the VFs of one GPU.
 *
 * @param withoutCard by index, those of the VFs that claims hold which are enabled and cannot be
 *     used
 * @param identity which VFs they are; empty when that is not known
 */
record VfSight(EnabledVfs enabled, Map<Integer, VfWithoutCard> withoutCard, String identity) {

  static VfSight of(EnabledVfs enabled) {
    return new VfSight(enabled, Map.of(), "");
  }

  /** Whether there are VFs, and certainly others than those that the record speaks of. */
  boolean areOthersThan(MadeVfs made) {
    return enabled instanceof EnabledVfs.Count(int numVfs)
        && numVfs > 0
        && made.isOfOthersThan(identity);
  }
}
