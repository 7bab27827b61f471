package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.kit.client.BlockingReads;
import com.intel.dra.kit.client.ObjectLookup;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Reads ResourceClaims of resource.k8s.io/v1 from the API server. */
@Singleton
public class StructuredClaims {

  /**
   * Each concurrent read has a connection of its own, and to open one takes longer than several
   * reads one after the other.
   */
  private static final int AT_A_TIME = 16;

  /**
   * When no read was answered for so long, waiting reads start at once: an API server that is away
   * then delays all calls at the same time, and not one after the other.
   */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /**
   * The limit of one request. The kubelet waits 45 s in all, and a claim may be answered from its
   * record.
   */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** Covers a connection that was just closed, or an API server that is being replaced. */
  private static final int RETRIES = 3;

  private final KubernetesClient client;
  private final Optional<BlockingReads<ResourceClaim>> blocking;
  private final Semaphore reads = new Semaphore(AT_A_TIME, true);
  private final AtomicLong answered = new AtomicLong();

  @Inject
  public StructuredClaims(KubernetesClient client) {
    this.client = BoundedClient.of(client, ANSWER_WITHIN, RETRIES);
    this.blocking = BlockingReads.of(this.client, ResourceClaim.class, ANSWER_WITHIN);
  }

  /**
   * Reads the claim. It may wait for other reads, as long as they are answered.
   *
   * @return empty if the API server says of this claim that there is none
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if it does not say
   */
  public Optional<ResourceClaim> read(String namespace, String name) {
    boolean mine = awaitTurn();
    try {
      Optional<ResourceClaim> read = blocking.flatMap(reads -> reads.read(namespace, name));
      return read.isPresent()
          ? read
          : ObjectLookup.read(
              client.resources(ResourceClaim.class).inNamespace(namespace).withName(name),
              ResourceClaim.class,
              name);
    } finally {
      answered.incrementAndGet();
      if (mine) {
        reads.release();
      }
    }
  }

  /** Waits for this read's turn. Returns false if the read starts without having its turn. */
  private boolean awaitTurn() {
    try {
      long before;
      do {
        before = answered.get();
        if (reads.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          return true;
        }
      } while (answered.get() != before);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
