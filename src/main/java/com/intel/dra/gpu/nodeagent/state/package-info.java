/**
 * The files that survive the agent: prepared claims, VFs that this driver made, the last mode
 * (docs/reference/state-files.md).
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.state;

import org.jspecify.annotations.NullMarked;
