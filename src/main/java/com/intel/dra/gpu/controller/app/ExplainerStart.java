package com.intel.dra.gpu.controller.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.controller.answering.Answers;
import com.intel.dra.gpu.controller.answering.ManifestReader;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.explaining.PodEvents;
import com.intel.dra.gpu.controller.explaining.StructuredInformers;
import com.intel.dra.gpu.controller.explaining.WaitingPodMetrics;
import com.intel.dra.gpu.controller.explaining.WaitingPods;
import com.intel.dra.gpu.controller.leader.ElectionTimes;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.kit.time.PeriodicTask;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectorBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Starts the explainer: in structured mode the scheduler allocates, and this process says why pods
 * wait, if that is switched on.
 */
@Singleton
@IfBuildProfile("controller")
class ExplainerStart {

  private final boolean isOn;
  private final String namespace;
  private final KubernetesClient client;
  private final ApiServer api;
  private final LeaderElection election;
  private final Leadership leadership;
  private final Clock clock;
  private final InstantSource steady;
  private final WaitingPodMetrics metrics;
  private @Nullable ExecutorService electing;
  private @Nullable CompletableFuture<?> candidacy;
  private @Nullable StructuredInformers informers;
  private @Nullable PeriodicTask looking;
  private volatile Optional<Answers> answers = Optional.empty();

  ExplainerStart(
      @ConfigProperty(name = "gpu.explain", defaultValue = "false") boolean isOn,
      @ConfigProperty(name = "gpu.namespace") String namespace,
      KubernetesClient client,
      ApiServer api,
      LeaderElection election,
      Leadership leadership,
      Clock clock,
      InstantSource steady,
      Meters meters) {
    this.isOn = isOn;
    this.namespace = namespace;
    this.client = client;
    this.api = api;
    this.election = election;
    this.leadership = leadership;
    this.clock = clock;
    this.steady = steady;
    this.metrics = new WaitingPodMetrics(meters);
  }

  boolean isOn() {
    return isOn;
  }

  /**
   * Answers questions, in a process that leads and in one that does not; empty before it begins.
   */
  Optional<Answers> answers() {
    return answers;
  }

  /** Does not wait until the watches have begun. */
  synchronized void begin() {
    if (leadership.hasEnded()) {
      return;
    }
    var watched = new StructuredInformers(client);
    informers = watched;
    watched.start();
    var explainer = new Explainer();
    answers =
        Optional.of(
            new Answers(watched, explainer, this::template, new ClientConversion(client), steady));
    election.prepare();
    ExecutorService threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("election-", 0).daemon().factory());
    electing = threads;
    candidacy =
        new LeaderElectorBuilder(client, threads)
            .withConfig(
                new LeaderElectionConfig(
                    new LeaseLock(namespace, ElectionTimes.LEASE, leadership.identity()),
                    ElectionTimes.LEASE_DURATION,
                    ElectionTimes.RENEW_DEADLINE,
                    ElectionTimes.RETRY_PERIOD,
                    election.callbacks(() -> {}),
                    false,
                    ElectionTimes.LEASE))
            .build()
            .start();
    election.begun();
    looking =
        PeriodicTask.start(
            "waiting-pods",
            WaitingPods.PERIOD,
            new WaitingPods(
                    watched,
                    explainer::explain,
                    new PodEvents(api, clock),
                    metrics,
                    leadership::isLeading,
                    steady)
                ::look);
  }

  /** The kinds that this process has no right to read. */
  synchronized List<String> unreadable() {
    return informers == null ? List.of() : informers.unreadable();
  }

  private Optional<ResourceClaimTemplate> template(String namespace, String name) {
    return Optional.ofNullable(
        client.resources(ResourceClaimTemplate.class).inNamespace(namespace).withName(name).get());
  }

  /** Reads manifests as the client reads what the API server sends. */
  private record ClientConversion(KubernetesClient client) implements ManifestReader.Conversion {
    @Override
    public <T> T to(JsonNode json, Class<T> type) {
      return client.getKubernetesSerialization().convertValue(json, type);
    }
  }

  /** To be called when this process writes nothing any more, before it gives up the lead. */
  synchronized void stop() {
    if (looking != null) {
      looking.close();
    }
    if (candidacy != null) {
      candidacy.cancel(true);
    }
    if (electing != null) {
      electing.shutdownNow();
    }
    if (informers != null) {
      informers.close();
    }
  }
}
