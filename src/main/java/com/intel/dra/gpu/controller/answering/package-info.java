/** Answers over HTTP: why a pod waits, node by node, and how many pods of a manifest would fit. */
@NullMarked
package com.intel.dra.gpu.controller.answering;

import org.jspecify.annotations.NullMarked;
