/**
 * Makes VFs of a GPU, divides its resources among them, and removes them; one strategy for each
 * kernel interface.
 */
@NullMarked
package com.intel.dra.gpu.sysfs.sriov;

import org.jspecify.annotations.NullMarked;
