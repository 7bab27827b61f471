/**
 * Tests of the driver on a real cluster, which {@code ./test} starts: two nodes with the GPUs of
 * {@code e2e/topology.yaml}, the driver installed from the generated manifests with the simulator.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.e2e;
