/**
 * What a driver implements for the kubelet's plugin protocol, and what it is told: the contract,
 * without the server.
 */
@NullMarked
package com.intel.dra.kit.kubelet.api;

import org.jspecify.annotations.NullMarked;
