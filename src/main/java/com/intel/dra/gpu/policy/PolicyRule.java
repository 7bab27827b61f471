package com.intel.dra.gpu.policy;

import java.util.Optional;

/**
 * One rule of an administrator.
 *
 * @param name how people call it
 * @param offer empty: as the settings say; so are the others
 */
public record PolicyRule(
    String name,
    RuleMatch match,
    Optional<Boolean> offer,
    Optional<GpuSharing> sharing,
    Optional<Integer> vfsOnDemand) {

  GpuPolicy over(GpuPolicy settings) {
    return new GpuPolicy(
        offer.orElse(settings.offered()),
        sharing.orElse(settings.sharing()),
        vfsOnDemand.orElse(settings.vfsOnDemand()));
  }
}
