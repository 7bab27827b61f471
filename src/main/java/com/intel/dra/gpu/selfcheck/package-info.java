/**
 * The node agent's command {@code self-check}: reads every source of information about a node's
 * devices and claims, without changing anything, and reports where two of them disagree.
 *
 * <p>{@link com.intel.dra.gpu.selfcheck.Observer} reads the sources into a {@link
 * com.intel.dra.gpu.selfcheck.Picture}; {@link com.intel.dra.gpu.selfcheck.Comparison} is pure and
 * turns it into a list of {@link com.intel.dra.gpu.selfcheck.Disagreement}s; {@link
 * com.intel.dra.gpu.selfcheck.Looks} drops those that do not last.
 */
@NullMarked
package com.intel.dra.gpu.selfcheck;

import org.jspecify.annotations.NullMarked;
