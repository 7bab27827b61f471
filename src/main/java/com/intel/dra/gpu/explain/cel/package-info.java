/**
 * Selectors of devices: the expressions in CEL of device classes and claims, with the functions and
 * the limit of cost that the scheduler has. Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.gpu.explain.cel;

import org.jspecify.annotations.NullMarked;
