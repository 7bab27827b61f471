package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.List;

/**
 * What the scheduler sees of a cluster, all of it at one moment. The objects must not change.
 *
 * @param claims all of the cluster, allocated or not: one that is missing makes its devices free
 * @param templates those that pods without claims may name, for {@link Explainer#fit}
 * @param taintRules the rules of administrators, for taints that are not in the slices
 */
public record ClusterView(
    List<Node> nodes,
    List<ResourceSlice> slices,
    List<DeviceClass> classes,
    List<ResourceClaim> claims,
    List<ResourceClaimTemplate> templates,
    List<TaintRule> taintRules,
    SchedulerFeatures features) {

  public ClusterView {
    nodes = List.copyOf(nodes);
    slices = List.copyOf(slices);
    classes = List.copyOf(classes);
    claims = List.copyOf(claims);
    templates = List.copyOf(templates);
    taintRules = List.copyOf(taintRules);
  }
}
