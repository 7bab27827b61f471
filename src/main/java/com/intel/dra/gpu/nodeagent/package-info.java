/**
 * The node agent application: makes true on one node what the controller decided, and tells in the
 * node's GpuAllocationState (GAS) what is there.
 *
 * <p>How a change travels: {@link com.intel.dra.gpu.nodeagent.devices.DeviceMonitor} looks at
 * sysfs, publishes the CDI spec and then replaces what {@link
 * com.intel.dra.gpu.nodeagent.devices.NodeDevices} holds; {@link
 * com.intel.dra.gpu.nodeagent.prepare.DevicePreparation} answers the kubelet and records in {@link
 * com.intel.dra.gpu.nodeagent.state.PreparedClaims}. Both then signal {@link
 * com.intel.dra.gpu.nodeagent.gas.GasInformer}, whereupon {@link
 * com.intel.dra.gpu.nodeagent.publish.GpuAllocationStateReconciler} brings the GAS to what {@link
 * com.intel.dra.gpu.nodeagent.publish.DesiredGas} says. Nothing that the kubelet waits for waits
 * for the API server, but for VFs that are yet to be made.
 *
 * <p>How VFs come and go: the reconciler has {@link com.intel.dra.gpu.nodeagent.vfs.VfProvisioner}
 * decide, writes what follows into the GAS, and only then has {@link
 * com.intel.dra.gpu.nodeagent.vfs.VfHardware} begin on the hardware. What goes on is in {@link
 * com.intel.dra.gpu.nodeagent.devices.VfHosts}, where {@code DevicePreparation} waits for it; what
 * was made is in {@link com.intel.dra.gpu.nodeagent.state.VfHostRecords}.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.nodeagent;
