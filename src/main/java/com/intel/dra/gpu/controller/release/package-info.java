/** Releases the devices of claims: deallocation, deletion, and nodes that are gone. */
@NullMarked
package com.intel.dra.gpu.controller.release;

import org.jspecify.annotations.NullMarked;
