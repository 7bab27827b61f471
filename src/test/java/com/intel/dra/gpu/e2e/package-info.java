/**
 * The driver on a real cluster, as {@code ./test} brings it up: two nodes with the GPUs of {@code
 * e2e/topology.yaml}, the driver installed from the generated manifests with the simulator.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.e2e;
