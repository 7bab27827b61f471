/**
 * The controller's view of the cluster and its access to it: informers, requests to the API server,
 * Events.
 */
@NullMarked
package com.intel.dra.gpu.controller.cluster;

import org.jspecify.annotations.NullMarked;
