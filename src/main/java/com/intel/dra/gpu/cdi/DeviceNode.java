package com.intel.dra.gpu.cdi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Optional;

/**
 * A device node that a container gets. Major and minor number are left to the runtime, which reads
 * them from the host's node.
 *
 * @param path in the container
 * @param hostPath on the host; empty: the same as in the container
 */
@JsonPropertyOrder({"path", "hostPath", "type"})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record DeviceNode(String path, Optional<String> hostPath, Type type) {

  /** What kind of special file it is. */
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
