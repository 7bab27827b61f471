package com.intel.dra.gpu.nodeagent.claimstatus;

import com.intel.dra.gpu.api.DriverEvents;
import com.intel.dra.kit.kubelet.api.PrepareResult;

/**
 * What a claim is told of its last preparation.
 *
 * @param ready whether containers can use its devices
 * @param message for people; why they cannot
 */
record ClaimOutcome(boolean ready, String message) {

  static ClaimOutcome of(PrepareResult result) {
    return switch (result) {
      case PrepareResult.Prepared _ -> new ClaimOutcome(true, "containers can use the device");
      case PrepareResult.Failed(String message) ->
          new ClaimOutcome(false, DriverEvents.shownOf(message));
    };
  }
}
