/**
 * Parts that a driver of any device could use: CDI specs, the kubelet's plugin protocol,
 * ResourceSlices, files and clocks. Knows nothing of GPUs nor of this driver; an ArchUnit test
 * keeps it so.
 */
@NullMarked
package com.intel.dra.kit;

import org.jspecify.annotations.NullMarked;
