/** Compares the documents with the code, and with each other. */
@NullMarked
package com.intel.dra.gpu.docs;

import org.jspecify.annotations.NullMarked;
