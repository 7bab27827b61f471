package com.intel.dra.gpu.nodeagent.config;

/** How structured DRA gives out a GPU. */
public enum SharingSetting {
  /** To several claims, each with the memory that it asks for. */
  MEMORY,
  /** To one claim. */
  EXCLUSIVE
}
