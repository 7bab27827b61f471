/**
 * Reads and writes files, links and folders of sysfs below one root path. Knows nothing of their
 * meaning.
 */
@NullMarked
package com.intel.dra.gpu.sysfs.files;

import org.jspecify.annotations.NullMarked;
