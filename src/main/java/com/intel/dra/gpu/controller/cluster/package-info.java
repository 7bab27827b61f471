/**
 * What the controller knows of the cluster and how it speaks to it: informers, requests to the API
 * server, Events.
 */
@NullMarked
package com.intel.dra.gpu.controller.cluster;

import org.jspecify.annotations.NullMarked;
