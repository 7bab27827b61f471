/**
 * Keeps the ResourceSlices (resource.k8s.io/v1) of one driver and one node equal to a wanted pool
 * of devices. Knows nothing of GPUs or of this driver. Another driver provides its {@link
 * com.intel.dra.kit.slices.keeper.SliceSettings}, a Kubernetes client and a {@link
 * com.intel.dra.kit.slices.keeper.SliceListener}, starts a {@link
 * com.intel.dra.kit.slices.keeper.SliceKeeper} and publishes a pool as often as it likes.
 *
 * <p>The service account needs: get, list, watch, create, update and delete on resourceslices, get
 * on nodes.
 *
 * <p>Sources: the API types, the validation and the registry strategy of Kubernetes 1.34 to 1.37,
 * and the behaviour of its Go helper (dynamic-resource-allocation, resourceslice controller).
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.kit.slices;
