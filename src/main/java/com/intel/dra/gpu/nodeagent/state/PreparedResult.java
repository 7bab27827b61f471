package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.kit.kubelet.api.PreparedDevice;
import java.util.List;
import java.util.Optional;

/**
 * A device that a prepared claim of structured DRA was allocated, and for which of its requests:
 * the answer to the kubelet, also if it calls again while the API server is away.
 *
 * @param request as the claim's allocation names it; the name of a subrequest follows a slash
 * @param pool the pool of the device
 * @param device its name in the ResourceSlice
 * @param shareId the share's id if the device is shared; else empty
 * @param adminAccess whether the claim only has administrative access
 * @param cdiDevices qualified CDI device names
 */
public record PreparedResult(
    String request,
    String pool,
    String device,
    String shareId,
    boolean adminAccess,
    List<String> cdiDevices) {

  public PreparedResult {
    cdiDevices = List.copyOf(cdiDevices);
  }

  PreparedDevice answer() {
    return new PreparedDevice(
        List.of(request),
        pool,
        device,
        cdiDevices,
        shareId.isEmpty() ? Optional.empty() : Optional.of(shareId));
  }
}
