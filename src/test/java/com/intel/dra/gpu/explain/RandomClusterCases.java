package com.intel.dra.gpu.explain;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Prints random clusters, one a line, for the program that asks Kubernetes' allocator:
 * src/test/resources/explain-allocator/README.md. Arguments: the first seed, and how many.
 */
public final class RandomClusterCases {

  private RandomClusterCases() {}

  public static void main(String[] arguments) {
    long first = Long.parseLong(arguments[0]);
    long count = Long.parseLong(arguments[1]);
    for (long seed = first; seed < first + count; seed++) {
      System.out.println(line(seed));
    }
  }

  private static String line(long seed) {
    ClusterView view = RandomCluster.of(seed).view();
    Predicate<ResourceClaim> isAllocated =
        claim -> claim.getStatus() != null && claim.getStatus().getAllocation() != null;
    List<ResourceClaim> held = view.claims().stream().filter(isAllocated).toList();
    List<ResourceClaim> waiting = view.claims().stream().filter(isAllocated.negate()).toList();
    return Serialization.asJson(
            Map.of(
                "seed",
                seed,
                "nodes",
                view.nodes(),
                "slices",
                view.slices(),
                "classes",
                view.classes(),
                "held",
                held,
                "waiting",
                waiting))
        .replace("\n", "");
  }
}
