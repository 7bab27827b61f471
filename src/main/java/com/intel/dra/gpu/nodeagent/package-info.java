/**
 * The node agent application: it carries out the controller's decisions on one node, and writes the
 * node's devices and their state into the node's GpuAllocationState (GAS).
 *
 * <p>How a change reaches the GAS: {@link com.intel.dra.gpu.nodeagent.devices.DeviceMonitor} scans
 * sysfs, publishes the CDI spec and then replaces the devices in {@link
 * com.intel.dra.gpu.nodeagent.devices.NodeDevices}; {@link
 * com.intel.dra.gpu.nodeagent.prepare.DevicePreparation} answers the kubelet and records the claim
 * in {@link com.intel.dra.gpu.nodeagent.state.PreparedClaims}. Both then signal {@link
 * com.intel.dra.gpu.nodeagent.gas.GasInformer}, and {@link
 * com.intel.dra.gpu.nodeagent.publish.GpuAllocationStateReconciler} changes the GAS to what {@link
 * com.intel.dra.gpu.nodeagent.publish.DesiredGas} says. A call of the kubelet never waits for the
 * API server; it may wait for VFs that are not made yet.
 *
 * <p>How VFs are made and removed: the reconciler has {@link
 * com.intel.dra.gpu.nodeagent.vfs.VfProvisioner} decide, writes the consequences into the GAS, and
 * only then has {@link com.intel.dra.gpu.nodeagent.vfs.VfHardware} begin the work on the hardware.
 * Work in progress is in {@link com.intel.dra.gpu.nodeagent.devices.VfHosts}, and {@code
 * DevicePreparation} waits for its end at the {@link
 * com.intel.dra.gpu.nodeagent.devices.DeviceLock}; VFs that were made are in {@link
 * com.intel.dra.gpu.nodeagent.state.VfHostRecords}.
 */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.nodeagent;
