/**
 * Device metadata: files that tell a container which devices it got, and with which attributes.
 * Made as Kubernetes' Go library makes them. Knows nothing of GPUs.
 *
 * <p>Sources: KEP-5304, and k8s.io/dynamic-resource-allocation (api/metadata, kubeletplugin).
 */
@NullMarked
package com.intel.dra.kit.metadata;

import org.jspecify.annotations.NullMarked;
