/**
 * Work for an application while the build learns what its JVM needs at a start
 * (src/build/add-aot-cache.sh): an API server's stand-in, and the pods of a small cluster.
 */
package com.intel.dra.gpu.trial;
