/**
 * Starts the controller: beans, election, probes and repeated work. The only package that uses all
 * others of the controller.
 */
@NullMarked
package com.intel.dra.gpu.controller.app;

import org.jspecify.annotations.NullMarked;
