package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.VfWithoutCard;
import java.util.Map;

/**
 * What was seen of the VFs of one GPU.
 *
 * @param withoutCard by index, those of the VFs that claims hold which are enabled and cannot be
 *     used
 */
record VfSight(EnabledVfs enabled, Map<Integer, VfWithoutCard> withoutCard) {

  static VfSight of(EnabledVfs enabled) {
    return new VfSight(enabled, Map.of());
  }
}
