package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.util.Optional;

/**
 * A taint of a published device.
 *
 * @param rule the administrator's rule that it comes from; empty if it is in the slice
 */
record OfferedTaint(DeviceTaint taint, Optional<String> rule) {

  /** As it is written in commands, and where it comes from. */
  String text() {
    String value = taint.getValue();
    return taint.getKey()
        + (value == null || value.isEmpty() ? "" : "=" + value)
        + ":"
        + taint.getEffect()
        + rule.map(" of DeviceTaintRule %s"::formatted).orElse("");
  }
}
