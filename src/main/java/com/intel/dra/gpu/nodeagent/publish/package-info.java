/** What is published for those who allocate: the agent's fields of the GAS, and ResourceSlices. */
@NullMarked
package com.intel.dra.gpu.nodeagent.publish;

import org.jspecify.annotations.NullMarked;
