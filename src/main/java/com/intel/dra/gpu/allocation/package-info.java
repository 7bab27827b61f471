/**
 * Decides which devices of a node the claims of a pod get. The decisions are pure: a {@link
 * com.intel.dra.gpu.allocation.NodeInventory} and {@link
 * com.intel.dra.gpu.allocation.DeviceRequest}s go in, a {@link
 * com.intel.dra.gpu.allocation.Placement} or a {@link com.intel.dra.gpu.allocation.Refusal} comes
 * out. There is no Kubernetes, no I/O and no clock; the same inputs give the same answer.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.allocation;
