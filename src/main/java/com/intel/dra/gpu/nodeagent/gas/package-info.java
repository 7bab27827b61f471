/** Access to this node's GpuAllocationState (GAS): the informer, the store and the patch. */
@NullMarked
package com.intel.dra.gpu.nodeagent.gas;

import org.jspecify.annotations.NullMarked;
