/**
 * Why a pod waits for devices, node by node, and how many pods of a kind would find some. Says what
 * Kubernetes' scheduler does, and allocates nothing. Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.gpu.explain;

import org.jspecify.annotations.NullMarked;
