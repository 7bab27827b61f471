package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * The contract between controller and node agent, and a view for people: one object per node, named
 * like the node, in the driver's namespace. {@code status} is a plain text, {@link #READY} or
 * {@link #NOT_READY}, as with the Go driver; there is no status subresource.
 */
@Group(GpuApi.GROUP)
@Version(GpuApi.VERSION)
@Plural("gpuallocationstates")
@Singular("gas")
@AdditionalPrinterColumn(
    name = "Status",
    jsonPath = ".status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "GPUs",
    jsonPath = ".spec.summary.gpus",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "VFs",
    jsonPath = ".spec.summary.vfs",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Claims",
    jsonPath = ".spec.summary.claims",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Used MiB",
    jsonPath = ".spec.summary.usedMiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Total MiB",
    jsonPath = ".spec.summary.totalMiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@JsonInclude(JsonInclude.Include.NON_NULL)
public class GpuAllocationState extends CustomResource<GpuAllocationStateSpec, String>
    implements Namespaced {

  /** The node agent runs, and the content of the object is true. */
  public static final String READY = "Ready";

  /** Nothing new may be placed on the node. */
  public static final String NOT_READY = "NotReady";

  /** The spec; an empty one if the object has none. */
  @Override
  public GpuAllocationStateSpec getSpec() {
    GpuAllocationStateSpec spec = super.getSpec();
    return spec == null ? GpuAllocationStateSpec.EMPTY : spec;
  }
}
