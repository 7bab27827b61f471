package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.leader.LeaseReader;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** The Leases of a {@link FakeCluster}. */
public final class FakeLeases implements LeaseReader {

  private final FakeCluster cluster;
  private boolean reachable = true;
  private Runnable whileAsked = () -> {};

  public FakeLeases(FakeCluster cluster) {
    this.cluster = cluster;
  }

  /** The leadership of a process that leads, in a cluster of its own. */
  public static Leadership held() {
    var cluster = new FakeCluster();
    cluster.lead("me");
    var leadership = new Leadership("me", new FakeLeases(cluster), new SettableClock());
    leadership.begin();
    return leadership;
  }

  public void setReachable(boolean reachable) {
    this.reachable = reachable;
  }

  /** Sets what runs at each request, before its answer. */
  public void whileAsked(Runnable action) {
    whileAsked = action;
  }

  private void ask() {
    whileAsked.run();
    if (!reachable) {
      throw new KubernetesClientException("connection refused");
    }
  }

  @Override
  public List<Lease> ofAgents() {
    ask();
    return cluster.list(Lease.class).toList();
  }

  @Override
  public Optional<Lease> ofControllers() {
    return leader()
        .map(
            leader ->
                new LeaseBuilder().withNewSpec().withHolderIdentity(leader).endSpec().build());
  }

  @Override
  public void update(Lease lease) {
    ask();
    cluster.lead(lease.getSpec().getHolderIdentity());
  }

  @Override
  public Optional<String> leader() {
    ask();
    return Optional.of(cluster.leader()).filter(leader -> !leader.isEmpty());
  }

  @Override
  public void giveUpLead(String leader) {
    ask();
    if (cluster.leader().equals(leader)) {
      cluster.lead("");
    }
  }
}
