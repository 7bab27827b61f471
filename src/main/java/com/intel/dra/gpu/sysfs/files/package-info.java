/**
 * Files, links and folders of sysfs below one root path, read and written; nothing here knows what
 * they mean.
 */
@NullMarked
package com.intel.dra.gpu.sysfs.files;

import org.jspecify.annotations.NullMarked;
