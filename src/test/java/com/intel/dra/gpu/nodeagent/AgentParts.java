package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.cdi.CdiSpecFile;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/** The node agent's beans, wired by hand; without sockets and the operator SDK. */
final class AgentParts {

  final NodeDevices devices = new NodeDevices();
  final GasPublication publication = new GasPublication();
  final VfHosts hosts = new VfHosts();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final ActingAgent acting;
  final PreparedClaims prepared;
  final VfHostRecords records;
  final AgentMetrics metrics;
  final VfFailures failures;
  final DesiredGas desired;
  final GasKeeper keeper;
  final DeviceMonitor monitor;
  final CdiSpecFile cdi;
  final PendingAllocations pending;
  final ClaimPreparer preparation;
  final VfProvisioner provisioner;
  final NodeOffer offer;

  /** The time that the heartbeat goes by. */
  final SettableClock uptime = new SettableClock();

  final ShownLife life;
  final ProofOfLife proof;
  final Heartbeat heartbeat;
  final GpuAllocationStateReconciler reconciler;

  /** Called by the thread that looks at a GPU's VFs. */
  volatile Consumer<Gpu> beforeLook = gpu -> {};

  /** What is wrong with the sockets. */
  volatile Optional<String> socketDefect = Optional.empty();

  AgentParts(TestingConfig config, GasStore store, TestingGasInformer informer) throws IOException {
    this(config, store, informer, new TheOnlyAgent(), new TestingLeaseStore());
  }

  AgentParts(
      TestingConfig config,
      GasStore store,
      TestingGasInformer informer,
      ActingAgent acting,
      LeaseStore leases)
      throws IOException {
    this(
        config,
        store,
        informer,
        acting,
        leases,
        Fixtures.BOOT,
        new VirtualFunctions(config.sysfsRoot()),
        VfThreads.PLATFORM,
        InstantSource.system(),
        DraMode.CLASSIC,
        new TestingStructuredClaims());
  }

  AgentParts(
      TestingConfig config,
      GasStore store,
      TestingGasInformer informer,
      ActingAgent acting,
      LeaseStore leases,
      BootId boot,
      VirtualFunctions virtualFunctions,
      VfThreads threads,
      InstantSource clock,
      DraMode mode,
      StructuredClaims claims)
      throws IOException {
    this.acting = acting;
    prepared = PreparedClaims.open(config.stateDir().orElseThrow(), boot);
    records = VfHostRecords.open(config.stateDir().orElseThrow(), boot);
    var figures = Meters.ofAgent(meters, config.nodeName());
    metrics = new AgentMetrics(figures, prepared, mode);
    pending = new PendingAllocations(clock);
    failures = new VfFailures(config, clock);
    life = new ShownLife(uptime);
    desired = new DesiredGas(devices, prepared, hosts, records, mode, pending, failures, life);
    cdi = new CdiSpecFile(config.cdiRoot(), GpuCdiDevices.KIND);
    keeper = new GasKeeper(store, informer, desired, config);
    monitor =
        new DeviceMonitor(
            new GpuDiscovery(config.sysfsRoot()),
            cdi,
            devices,
            informer,
            publication,
            hosts,
            new NodeFigures(figures, devices, hosts, informer),
            config);
    offer = new NodeOffer(devices, hosts, records, failures, prepared, config);
    var devicePreparation =
        new DevicePreparation(devices, prepared, hosts, records, informer, config);
    preparation =
        new ModePreparation(
            mode,
            new ClassicPreparation(devicePreparation, prepared, informer, store, config),
            new StructuredPreparation(
                devicePreparation, prepared, pending, claims, offer, devices, informer, config),
            devices,
            hosts,
            config);
    provisioner =
        new VfProvisioner(
            new VfSurvey(
                (gpu, held) -> {
                  beforeLook.accept(gpu);
                  return VfSurvey.look(virtualFunctions, gpu, held);
                },
                hosts,
                records,
                config),
            new VfWork(virtualFunctions, records, prepared, monitor, config),
            threads,
            hosts,
            records,
            failures,
            devices,
            prepared,
            informer,
            config,
            metrics,
            clock);
    proof = new ProofOfLife(() -> socketDefect, config, uptime);
    heartbeat = new Heartbeat(proof, life, leases, informer, mode);
    reconciler =
        new GpuAllocationStateReconciler(
            acting,
            desired,
            prepared,
            store,
            informer,
            publication,
            provisioner,
            heartbeat,
            metrics);
  }

  Path cdiFile() {
    return cdi.path();
  }
}
