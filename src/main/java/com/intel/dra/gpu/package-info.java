/**
 * Intel GPU resource driver for Kubernetes Dynamic Resource Allocation. One package is one room of
 * the house; who may know whom is written in {@code docs/architecture.md} and kept by an ArchUnit
 * test.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu;
