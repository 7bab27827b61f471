package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatusWriter;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.DeviceMetrics;
import com.intel.dra.gpu.nodeagent.devices.DeviceMonitor;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.AgentHealth;
import com.intel.dra.gpu.nodeagent.life.Heartbeat;
import com.intel.dra.gpu.nodeagent.life.LeaseStatus;
import com.intel.dra.gpu.nodeagent.life.LeaseStore;
import com.intel.dra.gpu.nodeagent.life.TestingLeaseStore;
import com.intel.dra.gpu.nodeagent.life.TheOnlyAgent;
import com.intel.dra.gpu.nodeagent.metadata.ContainerMetadata;
import com.intel.dra.gpu.nodeagent.policy.GpuPolicies;
import com.intel.dra.gpu.nodeagent.prepare.ClaimRecorder;
import com.intel.dra.gpu.nodeagent.prepare.ClassicPreparation;
import com.intel.dra.gpu.nodeagent.prepare.DevicePreparation;
import com.intel.dra.gpu.nodeagent.prepare.ModePreparation;
import com.intel.dra.gpu.nodeagent.prepare.StructuredClaims;
import com.intel.dra.gpu.nodeagent.prepare.StructuredPreparation;
import com.intel.dra.gpu.nodeagent.prepare.TestingStructuredClaims;
import com.intel.dra.gpu.nodeagent.publish.DesiredGas;
import com.intel.dra.gpu.nodeagent.publish.GasKeeper;
import com.intel.dra.gpu.nodeagent.publish.GpuAllocationStateReconciler;
import com.intel.dra.gpu.nodeagent.publish.PendingAllocations;
import com.intel.dra.gpu.nodeagent.publish.SliceOffer;
import com.intel.dra.gpu.nodeagent.publish.VfChanges;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.gpu.nodeagent.takeover.TestingListedClaims;
import com.intel.dra.gpu.nodeagent.tell.AgentMetrics;
import com.intel.dra.gpu.nodeagent.tell.TestingNodeEvents;
import com.intel.dra.gpu.nodeagent.vfs.VfAttempts;
import com.intel.dra.gpu.nodeagent.vfs.VfBackoff;
import com.intel.dra.gpu.nodeagent.vfs.VfHardware;
import com.intel.dra.gpu.nodeagent.vfs.VfProbe;
import com.intel.dra.gpu.nodeagent.vfs.VfProvisioner;
import com.intel.dra.gpu.nodeagent.vfs.VfRecordUpkeep;
import com.intel.dra.gpu.nodeagent.vfs.VfRetries;
import com.intel.dra.gpu.nodeagent.vfs.VfThreads;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.cdi.CdiSpecFile;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.metadata.MetadataFiles;
import com.intel.dra.kit.time.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;

/** The node agent's beans, wired by hand, without sockets and without the operator SDK. */
public final class AgentParts {

  public final NodeDevices devices = new NodeDevices();

  /** Does not wait, because nothing reconciles the GAS beside the test. */
  public final GasPublication publication = new GasPublication(Duration.ZERO);

  public final DeviceLock lock = new DeviceLock();
  public final VfHosts hosts = new VfHosts(lock);
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final ActingAgent acting;
  public final PreparedClaims prepared;
  public final VfHostRecords records;
  final AgentMetrics metrics;
  public final VfBackoff failures;
  public final DesiredGas desired;
  public final GasKeeper keeper;
  public final DeviceMonitor monitor;
  final CdiSpecFile cdi;
  public final PendingAllocations pending;
  public final ClaimPreparer preparation;
  public final VfProvisioner provisioner;
  public final SliceOffer offer;
  public final GpuPolicies policies;
  final ClaimStatuses statuses;
  public final ContainerMetadata metadata;
  public final TestingListedClaims listed = new TestingListedClaims();
  public final TestingNodeEvents events;
  public final TakeOver takeOver;

  /** The clock that the heartbeat uses. */
  public final SettableClock uptime = new SettableClock();

  public final LeaseStatus life;
  public final AgentHealth proof;
  public final Heartbeat heartbeat;
  public final GpuAllocationStateReconciler reconciler;

  /** Called by the thread that probes a GPU's VFs. */
  public volatile Consumer<Gpu> beforeLook = gpu -> {};

  /** The defect of the sockets; empty if there is none. */
  public volatile Optional<String> socketDefect = Optional.empty();

  public AgentParts(TestingConfig config, GasStore store, TestingGasInformer informer)
      throws IOException {
    this(config, store, informer, new TheOnlyAgent(), new TestingLeaseStore());
  }

  public AgentParts(
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
        AgentFixtures.BOOT,
        new VirtualFunctions(config.sysfsRoot()),
        VfThreads.PLATFORM,
        InstantSource.system(),
        DraMode.CLASSIC,
        new TestingStructuredClaims());
  }

  public AgentParts(
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
    failures = new VfBackoff(config, clock);
    life = new LeaseStatus(uptime, mode);
    policies = new GpuPolicies(config);
    events = new TestingNodeEvents(config);
    takeOver =
        new TakeOver(
            config, mode, listed, devices, prepared, acting, events, lock, informer, clock);
    offer =
        new SliceOffer(
            devices,
            hosts,
            records,
            failures,
            prepared,
            policies,
            new VfChanges(
                PublishedVfs.open(config.stateDir().orElseThrow()), clock.withZone(ZoneOffset.UTC)),
            pending,
            takeOver,
            config);
    desired =
        new DesiredGas(devices, prepared, hosts, records, mode, pending, failures, life, offer);
    cdi = new CdiSpecFile(config.cdiRoot(), GpuCdiDevices.KIND);
    keeper = new GasKeeper(store, informer, desired, config);
    monitor =
        new DeviceMonitor(
            AgentConfig.discovery(config),
            cdi,
            devices,
            informer,
            publication,
            lock,
            hosts,
            new DeviceMetrics(figures, devices, hosts, informer),
            config);
    var devicePreparation =
        new DevicePreparation(
            new ClaimRecorder(devices, prepared, lock, hosts, records, config), lock, informer);
    statuses =
        new ClaimStatuses(
            new ClaimStatusWriter(NoApiServer.CLIENT, devices, config, Clock.systemUTC()),
            config.claimStatus(),
            clock);
    metadata =
        new ContainerMetadata(
            new MetadataFiles(mode.driverName(), config.pluginDir(mode), config.cdiRoot()),
            prepared,
            offer,
            devices,
            config);
    preparation =
        new ModePreparation(
            mode,
            new ClassicPreparation(devicePreparation, prepared, informer, store, config),
            new StructuredPreparation(
                devicePreparation,
                prepared,
                pending,
                claims,
                offer,
                devices,
                informer,
                config,
                statuses,
                metadata),
            devices,
            takeOver,
            lock,
            config);
    var hardware = new VfHardware(virtualFunctions, records, prepared, monitor, config);
    var retries = new VfRetries(hosts, failures, clock);
    provisioner =
        new VfProvisioner(
            new VfProbe(
                (gpu, held) -> {
                  beforeLook.accept(gpu);
                  return VfProbe.look(virtualFunctions, gpu, held);
                },
                hosts,
                records,
                config),
            new VfAttempts(hardware, threads, hosts, retries, informer, metrics),
            retries,
            new VfRecordUpkeep(records, hosts, hardware),
            lock,
            hosts,
            records,
            devices,
            prepared,
            config);
    proof = new AgentHealth(() -> socketDefect, config, uptime);
    heartbeat = new Heartbeat(proof, life, leases, informer);
    reconciler =
        new GpuAllocationStateReconciler(
            acting,
            takeOver,
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
