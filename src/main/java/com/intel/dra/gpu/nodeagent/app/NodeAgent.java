package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceMonitor;
import com.intel.dra.gpu.nodeagent.devices.UnusableGpus;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.AgentHealth;
import com.intel.dra.gpu.nodeagent.life.Heartbeat;
import com.intel.dra.gpu.nodeagent.life.KubeletRelease;
import com.intel.dra.gpu.nodeagent.life.StartWhenActing;
import com.intel.dra.gpu.nodeagent.memoryuse.MemoryInUse;
import com.intel.dra.gpu.nodeagent.metadata.ContainerMetadata;
import com.intel.dra.gpu.nodeagent.policy.PolicyWatch;
import com.intel.dra.gpu.nodeagent.prepare.ClassicAbandonedClaims;
import com.intel.dra.gpu.nodeagent.prepare.StructuredAbandonedClaims;
import com.intel.dra.gpu.nodeagent.publish.DesiredGas;
import com.intel.dra.gpu.nodeagent.publish.GasKeeper;
import com.intel.dra.gpu.nodeagent.publish.OfferedDeviceHealth;
import com.intel.dra.gpu.nodeagent.publish.PendingAllocations;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import com.intel.dra.kit.time.PeriodicTask;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;

/**
 * Starts the agent's parts in the order in which they depend on each other (state file, discovery
 * and CDI spec, sockets; then the operator with the GAS) and stops them in reverse order. Work that
 * two agents must not do at once begins when this agent acts.
 */
@Singleton
class NodeAgent {

  private static final Logger LOG = Logger.getLogger(NodeAgent.class);

  /** Runs before the operator SDK starts (3123) and stops (2500) its operator. */
  private static final int BEFORE_THE_OPERATOR = 1000;

  private static final Duration WITHDRAWAL = Duration.ofSeconds(3);

  /** Short, because it costs little to see what has changed. */
  private static final Duration SLICES = Duration.ofSeconds(1);

  private static final Duration POLICY = Duration.ofSeconds(2);

  /**
   * By then the informer usually shows whether there is a GAS; an earlier look would try in vain to
   * create one.
   */
  private static final Duration FIRST_LOOK_FOR_THE_GAS = Duration.ofSeconds(1);

  /** Claims of many pods that start together are told together. */
  private static final Duration CLAIM_STATUS = Duration.ofSeconds(1);

  private static final Duration LOOK_FOR_THE_OTHER = Duration.ofMillis(500);

  private final AgentConfig config;
  private final ActingAgent acting;
  private final DeviceMonitor monitor;
  private final KubeletPlugin plugin;
  private final KubeletRelease kubelet;
  private final DesiredGas desired;
  private final GasKeeper keeper;
  private final GasInformer gas;
  private final ClassicAbandonedClaims abandoned;
  private final StructuredAbandonedClaims structuredAbandoned;
  private final DraMode mode;
  private final SlicePublisher slices;
  private final PendingAllocations pending;
  private final OfferedDeviceHealth health;
  private final AgentHealth proof;
  private final Heartbeat heartbeat;
  private final UnusableGpus unusable;
  private final PolicyWatch policy;
  private final GasLiveness gasLiveness;
  private final ClaimStatuses claimStatuses;
  private final MemoryInUse memoryInUse;
  private final ContainerMetadata metadata;
  private final Deque<PeriodicTask> tasks = new ConcurrentLinkedDeque<>();

  @Inject
  NodeAgent(
      AgentConfig config,
      ActingAgent acting,
      DeviceMonitor monitor,
      KubeletPlugin plugin,
      KubeletRelease kubelet,
      DesiredGas desired,
      GasKeeper keeper,
      GasInformer gas,
      ClassicAbandonedClaims abandoned,
      StructuredAbandonedClaims structuredAbandoned,
      DraMode mode,
      SlicePublisher slices,
      PendingAllocations pending,
      OfferedDeviceHealth health,
      AgentHealth proof,
      Heartbeat heartbeat,
      UnusableGpus unusable,
      PolicyWatch policy,
      @Liveness GasLiveness gasLiveness,
      ClaimStatuses claimStatuses,
      MemoryInUse memoryInUse,
      ContainerMetadata metadata) {
    this.config = config;
    this.acting = acting;
    this.monitor = monitor;
    this.plugin = plugin;
    this.kubelet = kubelet;
    this.desired = desired;
    this.keeper = keeper;
    this.gas = gas;
    this.abandoned = abandoned;
    this.structuredAbandoned = structuredAbandoned;
    this.mode = mode;
    this.slices = slices;
    this.pending = pending;
    this.health = health;
    this.proof = proof;
    this.heartbeat = heartbeat;
    this.unusable = unusable;
    this.policy = policy;
    this.gasLiveness = gasLiveness;
    this.claimStatuses = claimStatuses;
    this.memoryInUse = memoryInUse;
    this.metadata = metadata;
  }

  void start(@Observes @Priority(BEFORE_THE_OPERATOR) StartupEvent event) throws IOException {
    switch (mode) {
      case CLASSIC -> {}
      case STRUCTURED -> policy.lookAtTheFile();
    }
    scan();
    if (!kubelet.mustNotServeYet()) {
      serve();
    }
    tasks.add(PeriodicTask.start("device-monitor", config.rescanInterval(), this::scan));
    tasks.add(
        PeriodicTask.start("registration-watch", config.rescanInterval(), this::watchRegistration));
    tasks.add(PeriodicTask.start("gas-watch", GasLiveness.PERIOD, gasLiveness::look));
    switch (mode) {
      case CLASSIC -> {}
      case STRUCTURED -> {
        tasks.add(PeriodicTask.start("device-health", SLICES, health::refresh));
        tasks.add(PeriodicTask.start("policy", Duration.ZERO, POLICY, policy::look));
        if (config.claimStatus()) {
          tasks.add(PeriodicTask.start("claim-status", CLAIM_STATUS, claimStatuses::write));
        }
      }
    }
    var begin = new StartWhenActing(acting, this::act);
    begin.tryToBegin();
    if (!begin.hasBegun()) {
      tasks.add(PeriodicTask.start("standby", LOOK_FOR_THE_OTHER, begin::tryToBegin));
    }
  }

  private void scan() {
    try {
      monitor.scan();
    } finally {
      proof.scanned();
    }
  }

  private void serve() throws IOException {
    plugin.start();
    desired.setServing(true);
  }

  /** Starts what may throw first, because that can be repeated. */
  private void act() {
    try {
      serve();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    switch (mode) {
      case CLASSIC -> {}
      case STRUCTURED -> slices.start();
    }
    tasks.add(
        PeriodicTask.start(
            "gas-keeper", FIRST_LOOK_FOR_THE_GAS, config.rescanInterval(), keeper::ensureExists));
    tasks.add(PeriodicTask.start("unusable-gpus", config.rescanInterval(), unusable::look));
    switch (mode) {
      case CLASSIC -> {
        tasks.add(
            PeriodicTask.start("abandoned-claims", config.rescanInterval(), abandoned::forget));
        tasks.add(PeriodicTask.start("heartbeat", AgentLease.RENEW_EVERY, heartbeat::beat));
      }
      case STRUCTURED -> {
        tasks.add(PeriodicTask.start("slices", Duration.ZERO, SLICES, slices::refresh));
        tasks.add(
            PeriodicTask.start(
                "abandoned-claims", structuredAbandoned.pause(), structuredAbandoned::forget));
        tasks.add(
            PeriodicTask.start(
                "claims-before-boot",
                Duration.ZERO,
                StructuredAbandonedClaims.EARLIER,
                structuredAbandoned::forgetEarlier));
        tasks.add(
            PeriodicTask.start(
                "metadata-leftovers",
                Duration.ZERO,
                structuredAbandoned.pause(),
                metadata::removeLeftovers));
        tasks.add(
            PeriodicTask.start("pending-claims", config.rescanInterval(), this::forgetOldClaims));
        if (config.memoryInUse()) {
          tasks.add(
              PeriodicTask.start("memory-in-use", config.rescanInterval(), memoryInUse::look));
        }
      }
    }
    gas.reconcileSoon();
  }

  private void forgetOldClaims() {
    if (pending.forgetOld()) {
      gas.reconcileSoon();
    }
  }

  /**
   * A kubelet that refused the plugin does not call it, so nothing new may be placed here
   * meanwhile.
   */
  private void watchRegistration() {
    boolean usable = !(plugin.registrationState() instanceof RegistrationState.Refused);
    slices.setReady(usable);
    if (desired.setServing(usable)) {
      gas.reconcileSoon();
    }
  }

  void stop(@Observes @Priority(BEFORE_THE_OPERATOR) ShutdownEvent event) {
    tasks.forEach(PeriodicTask::close);
    slices.close();
    desired.setServing(false);
    if (acting.isActing()) {
      withdraw();
    }
    plugin.close();
  }

  /**
   * Tells the controller to place nothing on this node, if the API server answers in time. Done
   * once, on a virtual thread; TimeLimitedQueries are for what is asked again and again.
   */
  private void withdraw() {
    var withdrawal = new CompletableFuture<Boolean>();
    Thread.ofVirtual()
        .name("withdrawal")
        .start(
            () -> {
              try {
                withdrawal.complete(keeper.publishNow());
              } catch (RuntimeException e) {
                withdrawal.completeExceptionally(e);
              }
            });
    try {
      if (!withdrawal.get(WITHDRAWAL.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf(
            "%s was not set to NotReady: it does not exist, or others keep writing it",
            config.gasName());
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("%s was not set to NotReady: %s", config.gasName(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
