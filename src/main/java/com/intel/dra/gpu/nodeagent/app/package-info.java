/**
 * Starts the node agent: beans, probes and repeated work. The only package that uses all others of
 * the agent.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.app;

import org.jspecify.annotations.NullMarked;
