package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;

import com.intel.dra.kit.kubelet.api.PluginGeneration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** With structured DRA. */
@Tag("structured")
@Tag("faults")
class StructuredTwoDriversIT extends TwoDrivers<StructuredCluster> {

  StructuredTwoDriversIT() {
    super(
        new StructuredCluster(Topology.USUAL),
        OtherDriver.on(NODE, new PluginGeneration.Structured(Optional.empty(), false)));
  }

  @Override
  void makeWhatPodsReferTo() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: %1$s}
        spec: {selectors: [{cel: {expression: 'device.driver == "%1$s"'}}]}
        ---
        apiVersion: resource.k8s.io/v1
        kind: ResourceSlice
        metadata: {name: %1$s}
        spec:
          driver: %1$s
          nodeName: %2$s
          pool: {name: %1$s, generation: 1, resourceSliceCount: 1}
          devices: [{name: %3$s, allowMultipleAllocations: true}]
        """
            .formatted(OtherDriver.NAME, NODE, OtherDriver.DEVICE));
    cluster.structuredTemplate("gpu", one("gpu.intel.com", memory("1000Mi")));
    cluster.structuredTemplate("other", one(OtherDriver.NAME, ""));
  }

  @Override
  void pod(String name, Claims claims) {
    cluster.structuredPod(
        name,
        GpuPods.on(NODE),
        switch (claims) {
          case GPU -> Map.of("gpu", template("gpu"));
          case OTHER -> Map.of("other", template("other"));
          case BOTH -> Map.of("gpu", template("gpu"), "other", template("other"));
        });
  }
}
