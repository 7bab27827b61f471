/** Reacts to nodes: a record that changes, and an agent that has fallen silent. */
@NullMarked
package com.intel.dra.gpu.controller.nodes;

import org.jspecify.annotations.NullMarked;
