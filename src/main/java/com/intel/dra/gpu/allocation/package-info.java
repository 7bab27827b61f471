/**
 * Which devices of a node a pod's claims are given: pure decisions. A {@link
 * com.intel.dra.gpu.allocation.NodeInventory} and {@link
 * com.intel.dra.gpu.allocation.DeviceRequest}s go in, a {@link
 * com.intel.dra.gpu.allocation.Placement} or a {@link com.intel.dra.gpu.allocation.Refusal} comes
 * out. No Kubernetes, no I/O, no clock; the same inputs give the same answer.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.allocation;
