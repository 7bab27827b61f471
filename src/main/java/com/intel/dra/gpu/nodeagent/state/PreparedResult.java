package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.kit.kubelet.api.PreparedDevice;
import java.util.List;
import java.util.Optional;

/**
 * Which device a prepared claim of structured DRA was given for which of its requests: what the
 * kubelet is answered, also when it asks again while the API server is away.
 *
 * @param request as the claim's allocation names it; that of a subrequest follows a slash
 * @param pool the pool of the device
 * @param device its name in the ResourceSlice
 * @param shareId of a device that is shared; else empty
 * @param adminAccess whether the claim only looks on
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
