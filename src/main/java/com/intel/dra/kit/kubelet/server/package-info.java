/**
 * The plugin as the kubelet sees it: sockets, registration, and one gRPC service for each version
 * of the API.
 *
 * <p>The services of two versions are alike on purpose: each speaks the messages of its own
 * version, and all call the one {@link com.intel.dra.kit.kubelet.api.ClaimPreparer}.
 */
@NullMarked
package com.intel.dra.kit.kubelet.server;

import org.jspecify.annotations.NullMarked;
