/**
 * Reads from the API server: one object or none, also on the thread that asks; lists in pages, and
 * which state is older.
 */
@NullMarked
package com.intel.dra.kit.client;

import org.jspecify.annotations.NullMarked;
