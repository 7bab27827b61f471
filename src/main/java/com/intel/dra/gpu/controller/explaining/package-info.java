/**
 * Says of each pod that waits for devices why it waits, in structured mode. Allocates nothing, and
 * nothing depends on it.
 */
@NullMarked
package com.intel.dra.gpu.controller.explaining;

import org.jspecify.annotations.NullMarked;
