/**
 * The contract between a driver and the kubelet's plugin protocol: what a driver implements, and
 * what the server tells it. It is that of {@code DRAPlugin} in Kubernetes' Go helper ({@code
 * k8s.io/dynamic-resource-allocation/kubeletplugin}), with these points:
 *
 * <ul>
 *   <li><b>Order.</b> The scheduler allocates a claim, then the kubelet has it prepared, before it
 *       starts the first container of a pod that uses it. It has it unprepared after the last
 *       container of the last such pod on the node has ended. A prepare may come again at any time
 *       in between, also from a kubelet that was restarted, and an unprepare may come without any
 *       prepare.
 *   <li><b>Idempotent.</b> Both calls can be repeated at any time. The kubelet retries, and nothing
 *       else does; see {@link com.intel.dra.kit.kubelet.api.ClaimPreparer}.
 *   <li><b>Which claim.</b> The UID decides: a claim can be deleted and made again under the same
 *       name. The Go helper reads the ResourceClaim for the driver; here the driver reads it, and
 *       compares the UID. At an unprepare the claim may be gone from the API server, so what an
 *       unprepare needs must be on the node, where a restart of the driver does not lose it.
 *   <li><b>Claims of one call.</b> The kubelet sends all claims of a pod together. Each gets an
 *       answer of its own: one that fails does not fail the others. The Go helper has the calls of
 *       a driver run one after the other unless it asks otherwise; here only the calls for one
 *       claim do.
 *   <li><b>Double use.</b> Kubernetes tries not to allocate a device twice. The driver is the last
 *       one that can refuse it, and should, except for claims with administrative access and for
 *       devices that may be shared.
 *   <li><b>CDI.</b> The CDI spec must be complete before a prepare is answered. It may be written
 *       by prepare and removed by unprepare. Runtimes keep specs in a cache and read the files
 *       again when they miss a name, so the name of a CDI device must not be used again for another
 *       content: a name with the claim's UID is safe.
 *   <li><b>Reboot.</b> After a reboot no container is left, and the kubelet has the claims of pods
 *       that stay prepared again.
 * </ul>
 */
@NullMarked
package com.intel.dra.kit.kubelet.api;

import org.jspecify.annotations.NullMarked;
