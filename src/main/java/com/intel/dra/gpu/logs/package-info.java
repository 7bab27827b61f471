/** Makes log lines trustworthy: text from others cannot look like a line of the driver. */
@NullMarked
package com.intel.dra.gpu.logs;

import org.jspecify.annotations.NullMarked;
