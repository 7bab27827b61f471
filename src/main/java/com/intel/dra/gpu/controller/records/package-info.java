/** Writes the node's record in the GAS and the claims, and audits the one against the other. */
@NullMarked
package com.intel.dra.gpu.controller.records;

import org.jspecify.annotations.NullMarked;
