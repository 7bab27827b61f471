/**
 * Container Device Interface: the spec files that tell a container runtime what a device name
 * means. Knows nothing of GPUs.
 *
 * <p>Sources: the CDI specification (cncf-tags/container-device-interface, SPEC.md and the checks
 * of its Go library, which container runtimes use).
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.kit.cdi;
