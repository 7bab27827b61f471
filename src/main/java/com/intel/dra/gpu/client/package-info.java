/**
 * How the driver uses its libraries: what the Kubernetes client, Jackson and the operator SDK are
 * told to do differently.
 */
@NullMarked
package com.intel.dra.gpu.client;

import org.jspecify.annotations.NullMarked;
