/** The node's devices and the state of each, also while VFs are being made or removed. */
@NullMarked
package com.intel.dra.gpu.nodeagent.devices;

import org.jspecify.annotations.NullMarked;
