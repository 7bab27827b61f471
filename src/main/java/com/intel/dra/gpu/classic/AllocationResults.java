package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.ResourceHandle;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResultBuilder;
import java.util.List;
import java.util.Optional;

/** Writes and reads the {@code status.allocation} of claims that this driver allocated. */
public final class AllocationResults {

  private static final String NODE_NAME_FIELD = "metadata.name";
  private static final DecodedHandles HANDLES = new DecodedHandles(4096);

  private AllocationResults() {}

  /**
   * The result for these devices of this node. It is shareable: any number of pods may use the
   * claim, within Kubernetes' limit of 32 reservations.
   */
  public static AllocationResult of(String node, List<AllocatedDevice> devices) {
    var onThatNode =
        new NodeSelectorBuilder()
            .addNewNodeSelectorTerm()
            .addNewMatchField()
            .withKey(NODE_NAME_FIELD)
            .withOperator("In")
            .withValues(node)
            .endMatchField()
            .endNodeSelectorTerm()
            .build();
    return new AllocationResultBuilder()
        .withAvailableOnNodes(onThatNode)
        .addNewResourceHandle()
        .withDriverName(GpuApi.DRIVER_NAME)
        .withData(new ResourceHandle(devices).encode())
        .endResourceHandle()
        .withShareable(true)
        .build();
  }

  /** The node that the result is for; empty if it names none, which this driver never writes. */
  public static Optional<String> node(AllocationResult allocation) {
    if (allocation.getAvailableOnNodes() == null) {
      return Optional.empty();
    }
    return allocation.getAvailableOnNodes().getNodeSelectorTerms().stream()
        .flatMap(term -> term.getMatchFields().stream())
        .filter(field -> NODE_NAME_FIELD.equals(field.getKey()) && "In".equals(field.getOperator()))
        .map(NodeSelectorRequirement::getValues)
        .flatMap(List::stream)
        .findFirst();
  }

  /** The devices that the result names; empty if the Go driver wrote it, which names none. */
  public static List<AllocatedDevice> devices(AllocationResult allocation) {
    return allocation.getResourceHandles().stream()
        .filter(handle -> GpuApi.DRIVER_NAME.equals(handle.getDriverName()))
        .map(handle -> HANDLES.decode(handle.getData() == null ? "" : handle.getData()))
        .flatMap(
            decoded ->
                switch (decoded) {
                  case ResourceHandle.Decoded.Valid valid -> valid.handle().devices().stream();
                  case ResourceHandle.Decoded.WithoutDevices _, ResourceHandle.Decoded.Invalid _ ->
                      List.<AllocatedDevice>of().stream();
                })
        .toList();
  }
}
