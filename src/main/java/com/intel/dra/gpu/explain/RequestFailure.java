package com.intel.dra.gpu.explain;

/**
 * A request that cannot have its devices on a node.
 *
 * @param claim the claim, or the name that the pod gives it if there is none yet; empty if the pod
 *     asks for a resource
 * @param request its name; that of an alternative follows a slash
 */
public record RequestFailure(String claim, String request, Cause cause) {}
