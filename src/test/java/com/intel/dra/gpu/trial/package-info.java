/**
 * Gives an application work while the build learns what its JVM needs at a start
 * (src/build/images/AddAotCache.java): a stand-in for the API server, and the pods of a small
 * cluster.
 */
package com.intel.dra.gpu.trial;
