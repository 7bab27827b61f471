/**
 * The contract between a driver and the kubelet's plugin protocol: what a driver implements, and
 * what the server tells it.
 */
@NullMarked
package com.intel.dra.kit.kubelet.api;

import org.jspecify.annotations.NullMarked;
