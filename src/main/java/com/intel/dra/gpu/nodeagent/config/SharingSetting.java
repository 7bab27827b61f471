package com.intel.dra.gpu.nodeagent.config;

/** How claims of structured DRA share a GPU. */
public enum SharingSetting {
  /** Several claims may use a GPU, each with the memory that it requests. */
  MEMORY,
  /** Only one claim may use a GPU. */
  EXCLUSIVE
}
