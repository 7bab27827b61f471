/**
 * Answers the kubelet's calls for a claim: reads it, checks it, waits for its VFs and records it.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.prepare;

import org.jspecify.annotations.NullMarked;
