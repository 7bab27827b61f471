package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.HeldDevices;
import com.intel.dra.gpu.explain.search.Offers;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A view, read once for several questions. */
record ReadView(
    ClusterView view,
    List<Node> nodes,
    Offers offers,
    HeldDevices held,
    Map<String, DeviceClass> classes,
    Map<ClaimKey, ResourceClaim> claims,
    Map<ClaimKey, ResourceClaimTemplate> templates,
    ExtendedResources resources) {

  static ReadView of(ClusterView view) {
    return new ReadView(
        view,
        view.nodes().stream()
            .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
            .toList(),
        Offers.of(view.slices(), view.taintRules(), view.features()),
        HeldDevices.of(view.claims(), view.features()),
        view.classes().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    one -> one.getMetadata().getName(), Function.identity(), (a, b) -> a)),
        byName(view.claims()),
        byName(view.templates()),
        ExtendedResources.of(view, view.classes()));
  }

  /** The same cluster with what a plan adds. */
  ReadView with(FitPlan plan) {
    var allClasses = new HashMap<>(classes);
    plan.classes().forEach(one -> allClasses.put(one.getMetadata().getName(), one));
    var allClaims = new HashMap<>(claims);
    plan.claims().forEach(one -> allClaims.putIfAbsent(ClaimKey.of(one), one));
    var allTemplates = new HashMap<>(templates);
    plan.templates().forEach(one -> allTemplates.put(ClaimKey.of(one), one));
    return new ReadView(
        view,
        nodes,
        offers,
        held,
        allClasses,
        allClaims,
        allTemplates,
        ExtendedResources.of(view, List.copyOf(allClasses.values())));
  }

  /** The same cluster after the scheduler has taken back the devices of some claims. */
  ReadView withoutDevicesOf(Set<ClaimKey> some) {
    var allClaims = new HashMap<>(claims);
    some.forEach(key -> allClaims.computeIfPresent(key, (_, claim) -> waiting(claim)));
    return new ReadView(
        view, nodes, offers, held.without(some), classes, allClaims, templates, resources);
  }

  private static ResourceClaim waiting(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim).withStatus(null).build();
  }

  private static <T extends HasMetadata> Map<ClaimKey, T> byName(List<T> objects) {
    return objects.stream()
        .collect(Collectors.toUnmodifiableMap(ClaimKey::of, Function.identity(), (a, b) -> a));
  }
}
