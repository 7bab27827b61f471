package com.intel.dra.kit.kubelet.api;

import java.util.List;
import java.util.Optional;

/**
 * A device of a claim that containers can use now.
 *
 * @param requestNames the claim's requests that the device was allocated for; empty for all of
 *     them. Of a subrequest ({@code main/sub}) only the name of the request is kept, because
 *     containers refer to it and the kubelet looks for it
 * @param poolName the pool of the ResourceSlice that offers the device
 * @param deviceName the device's name in its pool
 * @param cdiDevices qualified CDI device names ({@code vendor/class=name}) that the container
 *     runtime must find in a CDI spec before the kubelet is answered; may be empty
 * @param shareId the share of the device, if the allocation names one. Only API v1 transmits it
 */
public record PreparedDevice(
    List<String> requestNames,
    String poolName,
    String deviceName,
    List<String> cdiDevices,
    Optional<String> shareId) {

  private static final char SUBREQUEST_SEPARATOR = '/';

  public PreparedDevice {
    requestNames = requestNames.stream().map(PreparedDevice::withoutSubrequest).distinct().toList();
    cdiDevices = List.copyOf(cdiDevices);
  }

  private static String withoutSubrequest(String requestName) {
    int separator = requestName.indexOf(SUBREQUEST_SEPARATOR);
    return separator < 0 ? requestName : requestName.substring(0, separator);
  }
}
