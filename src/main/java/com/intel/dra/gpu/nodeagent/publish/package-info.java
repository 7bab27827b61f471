/**
 * What the agent publishes for the controller and the scheduler: its fields of the GAS, and
 * ResourceSlices.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.publish;

import org.jspecify.annotations.NullMarked;
