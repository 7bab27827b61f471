package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.HashSet;
import java.util.List;

/** The devices of one kind. */
@JsonPropertyOrder({"cdiVersion", "kind", "devices"})
public record CdiSpec(CdiKind kind, List<CdiDevice> devices) {

  /**
   * @throws InvalidCdiSpecException if there are no devices, which runtimes refuse, or two of the
   *     same name
   */
  public CdiSpec {
    devices = List.copyOf(devices);
    if (devices.isEmpty()) {
      throw new InvalidCdiSpecException("a spec needs a device");
    }
    var names = new HashSet<String>();
    for (CdiDevice device : devices) {
      if (!names.add(device.name())) {
        throw new InvalidCdiSpecException("two devices are named " + device.name());
      }
    }
  }

  /**
   * The lowest version of the specification that supports all used features, so that older runtimes
   * can read the spec.
   */
  @JsonProperty
  public String cdiVersion() {
    if (kind.deviceClass().contains(".")) {
      return "0.6.0";
    }
    return devices.stream().anyMatch(CdiSpec::needsVersion050) ? "0.5.0" : "0.3.0";
  }

  /** Names that start with a digit and host paths were added in 0.5.0. */
  private static boolean needsVersion050(CdiDevice device) {
    return Character.isDigit(device.name().charAt(0))
        || device.containerEdits().deviceNodes().stream()
            .anyMatch(node -> node.hostPath().isPresent());
  }
}
