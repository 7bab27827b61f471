/**
 * Answers the kubelet's calls for a claim: reads the claim, checks it, waits for its VFs and
 * records it.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.prepare;

import org.jspecify.annotations.NullMarked;
