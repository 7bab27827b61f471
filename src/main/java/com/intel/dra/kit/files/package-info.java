/** Files that must survive a crash or a power cut. Knows nothing of their content. */
@org.jspecify.annotations.NullMarked
package com.intel.dra.kit.files;
