/** Reads from the API server: one object or none, lists in pages, and which state is older. */
@NullMarked
package com.intel.dra.kit.client;

import org.jspecify.annotations.NullMarked;
