package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * A file or folder of the host that a container gets at another path.
 *
 * @param options as of mount(8), such as {@code ro} and {@code bind}
 */
@JsonPropertyOrder({"hostPath", "containerPath", "options"})
public record Mount(String hostPath, String containerPath, List<String> options) {

  public Mount {
    options = List.copyOf(options);
  }

  /** A file or folder that the container can only read. */
  public static Mount readOnly(String hostPath, String containerPath) {
    return new Mount(hostPath, containerPath, List.of("ro", "bind"));
  }
}
