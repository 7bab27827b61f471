/**
 * The node agent's command {@code self-check}: reads every source of information about a node's
 * devices and claims, without changing anything, and reports where two of them disagree.
 *
 * <p>{@link com.intel.dra.gpu.selfcheck.look.NodeObserver} reads the sources into a {@link
 * com.intel.dra.gpu.selfcheck.look.NodeSnapshot}; {@link
 * com.intel.dra.gpu.selfcheck.compare.Comparison} is pure and turns it into a list of {@link
 * com.intel.dra.gpu.selfcheck.compare.Disagreement}s; {@link
 * com.intel.dra.gpu.selfcheck.app.RepeatedComparison} drops those that do not last.
 */
@NullMarked
package com.intel.dra.gpu.selfcheck;

import org.jspecify.annotations.NullMarked;
