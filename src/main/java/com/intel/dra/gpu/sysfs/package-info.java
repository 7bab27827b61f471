/**
 * Reads what the kernel shows of Intel GPUs in sysfs, below one root path. Nothing here knows
 * {@code /sys}, Kubernetes or how a GPU is allocated.
 *
 * <p>{@link com.intel.dra.gpu.sysfs.discovery.GpuDiscovery} only reads. {@link
 * com.intel.dra.gpu.sysfs.sriov.VirtualFunctions} splits a GPU into VFs and removes them again. The
 * differences between the kernel's interfaces (i915's {@code prelim_iov} tree, xe's {@code
 * sriov_admin} tree, neither) are in strategies, {@code QuotaInterface}, which say what must be
 * written and write nothing.
 */
@NullMarked
package com.intel.dra.gpu.sysfs;

import org.jspecify.annotations.NullMarked;
