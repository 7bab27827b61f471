/** Which of two agents on a node acts, and how an agent shows that it works. */
@NullMarked
package com.intel.dra.gpu.nodeagent.life;

import org.jspecify.annotations.NullMarked;
