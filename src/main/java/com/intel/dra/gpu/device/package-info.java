/**
 * Values of the hardware: a GPU or VF, its names and its health, and the tables of models and VF
 * profiles.
 */
@NullMarked
package com.intel.dra.gpu.device;

import org.jspecify.annotations.NullMarked;
