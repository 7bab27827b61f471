/**
 * Which devices the node has and in which state each is, also while VFs are being made or removed.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.devices;

import org.jspecify.annotations.NullMarked;
