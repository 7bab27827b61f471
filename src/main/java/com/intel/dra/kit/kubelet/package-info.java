/**
 * The kubelet's plugin protocol for Dynamic Resource Allocation: the sockets, the registration and
 * one gRPC service for each version of the API, all of which call the same {@link
 * com.intel.dra.kit.kubelet.api.ClaimPreparer}. Knows nothing of GPUs or of this driver.
 *
 * <p>Another driver gives its {@link com.intel.dra.kit.kubelet.api.PluginSettings}, its {@code
 * ClaimPreparer}, a {@link com.intel.dra.kit.kubelet.api.PluginCallListener} and, if it knows the
 * health of its devices, a {@link com.intel.dra.kit.kubelet.api.DeviceHealthSource} to {@link
 * com.intel.dra.kit.kubelet.server.KubeletPlugin#create}, and starts the plugin. In an application
 * of Quarkus it provides them as beans instead, and the {@code KubeletPlugin} is a bean, too.
 *
 * <p>gRPC listens only on unix sockets. In an application of Quarkus, Quarkus' own gRPC server,
 * which uses TCP, must be kept from starting: {@code quarkus.grpc.server.use-separate-server=false}
 * puts it on the main HTTP server, and {@code quarkus.http.host-enabled=false} with {@code
 * quarkus.management.enabled=true} leaves only the management interface (health, metrics) on TCP.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.kit.kubelet;
