/** Reads from the API server: one object or none, and lists in pages. */
@NullMarked
package com.intel.dra.kit.client;

import org.jspecify.annotations.NullMarked;
