/** Files that must survive a crash or a power cut. Knows nothing of what is in them. */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.files;
