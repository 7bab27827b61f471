/** The documents against the code, and against each other. */
@NullMarked
package com.intel.dra.gpu.docs;

import org.jspecify.annotations.NullMarked;
