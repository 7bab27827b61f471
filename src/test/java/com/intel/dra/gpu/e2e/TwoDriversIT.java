package com.intel.dra.gpu.e2e;

import com.intel.dra.kit.kubelet.api.PluginGeneration;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/**
 * With classic DRA. The other driver has no controller, so the test makes and allocates its claims.
 */
@Tag("faults")
class TwoDriversIT extends TwoDrivers<RealCluster> {

  TwoDriversIT() {
    super(new RealCluster(Topology.USUAL), OtherDriver.on(NODE, new PluginGeneration.Classic()));
  }

  @Override
  void makeWhatPodsReferTo() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClass
        metadata: {name: %1$s}
        driverName: %1$s
        """
            .formatted(OtherDriver.NAME));
    cluster.parameters("gpu", "{count: 1, memory: 1000}");
    cluster.template("gpu", "gpu");
  }

  @Override
  void pod(String name, Claims claims) {
    String gpu = RealCluster.ofTemplate("gpu");
    cluster.pod(
        name,
        GpuPods.on(NODE),
        switch (claims) {
          case GPU -> Map.of("gpu", gpu);
          case OTHER -> Map.of("other", RealCluster.ofClaim(allocated(name)));
          case BOTH -> Map.of("gpu", gpu, "other", RealCluster.ofClaim(allocated(name)));
        });
  }

  private String allocated(String name) {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaim
        metadata: {name: %s}
        spec: {resourceClassName: %s, allocationMode: Immediate}
        """
            .formatted(name, OtherDriver.NAME));
    var onTheNode =
        new NodeSelectorBuilder()
            .addNewNodeSelectorTerm()
            .addNewMatchField()
            .withKey("metadata.name")
            .withOperator("In")
            .withValues(NODE)
            .endMatchField()
            .endNodeSelectorTerm()
            .build();
    cluster
        .client()
        .resource(
            new ResourceClaimBuilder(cluster.getClaim(name))
                .withNewStatus()
                .withDriverName(OtherDriver.NAME)
                .withAllocation(
                    new AllocationResultBuilder()
                        .withAvailableOnNodes(onTheNode)
                        .addNewResourceHandle()
                        .withDriverName(OtherDriver.NAME)
                        .withData(OtherDriver.DEVICE)
                        .endResourceHandle()
                        .withShareable(true)
                        .build())
                .endStatus()
                .build())
        .updateStatus();
    return name;
  }
}
