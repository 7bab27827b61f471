/**
 * What the kernel shows of Intel GPUs in sysfs, read behind one root path. Nothing here knows
 * {@code /sys}, Kubernetes or how a GPU is allocated.
 *
 * <p>{@link com.intel.dra.gpu.sysfs.GpuDiscovery} only reads. Turning a GPU into VFs differs
 * between the kernel's interfaces (i915's {@code prelim_iov} tree, xe's {@code sriov_admin} tree),
 * so it will be one strategy a {@link com.intel.dra.gpu.sysfs.KernelDriver} beside it, sharing
 * {@link com.intel.dra.gpu.sysfs.SysfsLayout} and the attribute reader.
 */
@NullMarked
package com.intel.dra.gpu.sysfs;

import org.jspecify.annotations.NullMarked;
