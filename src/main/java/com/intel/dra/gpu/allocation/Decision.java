package com.intel.dra.gpu.allocation;

/** The answer for all claims of one pod together. */
public sealed interface Decision permits Placement, Refusal {}
