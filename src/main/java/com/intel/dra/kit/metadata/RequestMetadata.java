package com.intel.dra.kit.metadata;

import java.util.List;

/**
 * What a container is told of one request of a claim.
 *
 * @param name as the claim's allocation names it; the name of a subrequest follows a slash
 * @param devices the devices that were allocated for it, in the order of the allocation
 */
public record RequestMetadata(String name, List<DeviceMetadata> devices) {

  private static final char SUBREQUEST_SEPARATOR = '/';

  public RequestMetadata {
    devices = List.copyOf(devices);
  }

  /** The name without that of a subrequest, which containers use. */
  public String mainName() {
    int separator = name.indexOf(SUBREQUEST_SEPARATOR);
    return separator < 0 ? name : name.substring(0, separator);
  }
}
