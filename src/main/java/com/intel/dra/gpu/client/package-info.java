/**
 * Makes the driver's libraries (the Kubernetes client, Jackson and the operator SDK) behave as the
 * driver needs it.
 */
@NullMarked
package com.intel.dra.gpu.client;

import org.jspecify.annotations.NullMarked;
