/**
 * The version of resource.k8s.io that the API server serves. The rest of the code knows two
 * versions, v1alpha2 for classic and v1 for structured Dynamic Resource Allocation. The client
 * sends each request to the served version ({@link com.intel.dra.kit.served.ServedAddress}), and
 * writes and reads objects with the names and in the shape of that version ({@link
 * com.intel.dra.kit.served.ServedJson}).
 */
@NullMarked
package com.intel.dra.kit.served;

import org.jspecify.annotations.NullMarked;
