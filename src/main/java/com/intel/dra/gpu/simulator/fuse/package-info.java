/**
 * A file system that answers: trees of small text files, mounted with Linux's FUSE, where every
 * read and write is a call. Speaks the protocol of {@code /dev/fuse} itself and needs no library.
 * Knows nothing of GPUs.
 */
@NullMarked
package com.intel.dra.gpu.simulator.fuse;

import org.jspecify.annotations.NullMarked;
