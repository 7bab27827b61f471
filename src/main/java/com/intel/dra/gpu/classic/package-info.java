/**
 * Reads and writes objects of Kubernetes' {@code resource.k8s.io/v1alpha2} (1.26 to 1.30):
 * parameters, the next step for a claim, allocation results, the claims of a pod, unsuitable nodes.
 * Pure functions on API objects; nothing here calls the API server.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.classic;
