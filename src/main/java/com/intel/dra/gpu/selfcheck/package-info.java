/**
 * The node agent's {@code self-check}: looks, without changing anything, at all who know something
 * of a node's devices and claims, and tells where two of them do not agree.
 *
 * <p>{@link com.intel.dra.gpu.selfcheck.Observer} looks and makes a {@link
 * com.intel.dra.gpu.selfcheck.Picture}; {@link com.intel.dra.gpu.selfcheck.Comparison} is pure and
 * makes of it a list of {@link com.intel.dra.gpu.selfcheck.Disagreement}s; {@link
 * com.intel.dra.gpu.selfcheck.Looks} leaves out those that do not last.
 */
@NullMarked
package com.intel.dra.gpu.selfcheck;

import org.jspecify.annotations.NullMarked;
