/**
 * Starts the controller: beans, election, probes and repeated work. The only room that knows all
 * others of the controller.
 */
@NullMarked
package com.intel.dra.gpu.controller.app;

import org.jspecify.annotations.NullMarked;
