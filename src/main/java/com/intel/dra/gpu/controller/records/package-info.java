/** Writes the node's record in the GAS and the claims, and checks the two against each other. */
@NullMarked
package com.intel.dra.gpu.controller.records;

import org.jspecify.annotations.NullMarked;
