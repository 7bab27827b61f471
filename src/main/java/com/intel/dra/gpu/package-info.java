/**
 * Intel GPU resource driver for Kubernetes Dynamic Resource Allocation. {@code
 * docs/develop/architecture.md} lists which package may use which, and an ArchUnit test checks it.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu;
