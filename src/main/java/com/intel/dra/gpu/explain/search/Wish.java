package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import java.util.List;
import java.util.Map;

/**
 * What a request, or one of its alternatives, asks for.
 *
 * @param request the name of the request
 * @param alternative the name of the alternative, or empty
 * @param all whether it wants all devices that suit
 * @param count how many it wants, if not all
 * @param capacities how much of each capacity, by its name
 */
public record Wish(
    String request,
    String alternative,
    String deviceClass,
    List<String> classSelectors,
    List<String> selectors,
    boolean all,
    long count,
    boolean adminAccess,
    List<DeviceToleration> tolerations,
    Map<String, Amount> capacities) {

  public Wish {
    classSelectors = List.copyOf(classSelectors);
    selectors = List.copyOf(selectors);
    tolerations = List.copyOf(tolerations);
    capacities = Map.copyOf(capacities);
  }

  /** The name that allocations have. */
  public String name() {
    return alternative.isEmpty() ? request : request + "/" + alternative;
  }
}
