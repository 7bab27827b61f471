/**
 * A FUSE file system of small text files in which every read and write is a call. It speaks the
 * protocol of {@code /dev/fuse} itself, needs no library and knows nothing of GPUs.
 */
@NullMarked
package com.intel.dra.gpu.simulator.fuse;

import org.jspecify.annotations.NullMarked;
