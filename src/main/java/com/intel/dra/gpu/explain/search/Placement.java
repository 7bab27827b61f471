package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import java.util.Map;
import java.util.Optional;

/**
 * A device that the search chose.
 *
 * @param request the request's name; that of an alternative follows a slash
 * @param share what is charged, for a device that several claims can have
 */
public record Placement(
    ClaimKey claim,
    String request,
    DeviceKey device,
    boolean adminAccess,
    Optional<Map<String, Amount>> share) {}
