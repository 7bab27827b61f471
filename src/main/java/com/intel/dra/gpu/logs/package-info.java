/** Makes log lines trustworthy: text from outside cannot look like a line of the driver. */
@NullMarked
package com.intel.dra.gpu.logs;

import org.jspecify.annotations.NullMarked;
