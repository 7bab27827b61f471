package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Optional;

/**
 * A device node that a container gets. The runtime reads the major and minor numbers from the
 * host's node.
 *
 * @param path in the container
 * @param hostPath on the host; empty if it is the same as in the container
 */
@JsonPropertyOrder({"path", "hostPath", "type"})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record DeviceNode(String path, Optional<String> hostPath, Type type) {

  /** The kind of special file. */
  public enum Type {
    @JsonProperty("b")
    BLOCK,
    @JsonProperty("c")
    CHARACTER
  }

  public static DeviceNode character(String path, String hostPath) {
    return new DeviceNode(
        path, path.equals(hostPath) ? Optional.empty() : Optional.of(hostPath), Type.CHARACTER);
  }
}
