/**
 * What the kernel shows of Intel GPUs in sysfs, read behind one root path. Nothing here knows
 * {@code /sys}, Kubernetes or how a GPU is allocated.
 *
 * <p>{@link com.intel.dra.gpu.sysfs.GpuDiscovery} only reads. {@link
 * com.intel.dra.gpu.sysfs.VirtualFunctions} turns a GPU into VFs and back; what differs between the
 * kernel's interfaces (i915's {@code prelim_iov} tree, xe's {@code sriov_admin} tree, neither) is a
 * strategy of its own, {@code QuotaInterface}, which says what is to be written and writes nothing.
 */
@NullMarked
package com.intel.dra.gpu.sysfs;

import org.jspecify.annotations.NullMarked;
