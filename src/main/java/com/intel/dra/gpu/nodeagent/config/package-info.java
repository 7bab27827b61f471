/** The node agent's settings. */
@NullMarked
package com.intel.dra.gpu.nodeagent.config;

import org.jspecify.annotations.NullMarked;
