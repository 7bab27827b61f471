/**
 * What an administrator wants of each GPU of structured DRA: whether it is offered, how claims
 * share it and whether VFs are made of it on demand. Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.gpu.policy;

import org.jspecify.annotations.NullMarked;
