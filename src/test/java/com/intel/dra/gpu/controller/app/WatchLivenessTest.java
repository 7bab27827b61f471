package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.WatchComparison;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A watch of claims that loses events. */
class WatchLivenessTest {

  private final FakeCluster cluster = new FakeCluster();
  private final ClusterView view = new ClusterView("gpu");
  private final FakeInformer<ResourceClaim> informer =
      new FakeInformer<>(cluster, ResourceClaim.class, _ -> true, view.claims);
  private boolean answers = true;

  /** What the API server answers after a restore from a backup; empty if there was none. */
  private List<ResourceClaim> restored = List.of();

  private Runnable afterTheRead = () -> {};
  private final List<Runnable> timed = new ArrayList<>();
  private Duration pause = Duration.ZERO;

  private final WatchLiveness liveness =
      new WatchLiveness(
          List.of(
              new WatchComparison<>(
                  "ResourceClaim",
                  view.claims,
                  reader -> {
                    if (!answers) {
                      throw new KubernetesClientException("connection refused");
                    }
                    (restored.isEmpty() ? cluster.list(ResourceClaim.class) : restored.stream())
                        .forEach(reader);
                    afterTheRead.run();
                  })),
          (delay, task) -> {
            pause = delay;
            timed.add(task);
          });

  private ResourceClaim first = cluster.created(claim("first"));

  @BeforeEach
  void synced() {
    informer.sync();
    liveness.lookAtNext();
  }

  private Status status() {
    return liveness.call().getStatus();
  }

  @Test
  void aChangeThatIsNeverShownEndsTheController() {
    cluster.edit(first, Claims::withFinalizer);
    liveness.lookAtNext();
    assertThat(status()).as("the watch may lag behind").isEqualTo(Status.UP);

    liveness.lookAtNext();
    HealthCheckResponse told = liveness.call();
    assertThat(told.getStatus()).isEqualTo(Status.DOWN);
    assertThat(told.getData().orElseThrow())
        .hasEntrySatisfying(
            "reason", reason -> assertThat(reason).asString().contains("ResourceClaim"));
    liveness.lookAtNext();
    assertThat(status()).as("it does not come and go").isEqualTo(Status.DOWN);

    informer.hearAll();
    liveness.lookAtNext();
    assertThat(status()).isEqualTo(Status.UP);
  }

  /** What was written is remembered, and hides from all others that the watch lost its event. */
  @Test
  void anOwnWriteThatIsNeverShownEndsTheController() {
    cluster.edit(first, Claims::withFinalizer);
    view.claims.remember(first, read().orElseThrow());
    liveness.lookAtNext();
    liveness.lookAtNext();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  @Test
  void aCreationThatIsNeverShownEndsTheController() {
    cluster.created(claim("second"));
    liveness.lookAtNext();
    liveness.lookAtNext();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  @Test
  void aDeletionThatIsNeverShownEndsTheController() {
    cluster.delete(first);
    liveness.lookAtNext();
    liveness.lookAtNext();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  /** As after etcd was restored from a backup: no event comes before the versions are reached. */
  @Test
  void aVersionThatTheApiServerHasNotReachedEndsTheController() {
    cluster.edit(first, Claims::withFinalizer);
    informer.hearAll();
    restored = List.of(first);
    liveness.lookAtNext();
    assertThat(status()).as("the watch may be ahead of the read").isEqualTo(Status.UP);
    liveness.lookAtNext();

    assertThat(status()).isEqualTo(Status.DOWN);
  }

  @Test
  void whatIsShownLateEachTimeIsNoHarm() {
    for (int time = 0; time < 10; time++) {
      cluster.edit(
          first,
          claim ->
              Claims.hasFinalizer(claim)
                  ? Claims.withoutFinalizer(claim)
                  : Claims.withFinalizer(claim));
      ResourceClaim passing = cluster.created(claim("passing"));
      liveness.lookAtNext();
      assertThat(status()).isEqualTo(Status.UP);
      informer.hearAll();
      cluster.delete(passing);
      liveness.lookAtNext();
      assertThat(status()).isEqualTo(Status.UP);
      informer.hearAll();
    }
  }

  @Test
  void whatChangesDuringTheReadIsNoDifference() {
    afterTheRead =
        () -> {
          cluster.created(claim("second-" + cluster.list(ResourceClaim.class).count()));
          informer.hearAll();
        };
    for (int time = 0; time < 3; time++) {
      liveness.lookAtNext();
      assertThat(status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void anApiServerThatIsAwaySaysNothing() {
    cluster.delete(first);
    liveness.lookAtNext();
    answers = false;
    liveness.lookAtNext();
    answers = true;
    liveness.lookAtNext();

    assertThat(status()).as("two looks in a row").isEqualTo(Status.UP);
  }

  @Test
  void itGoesOnLookingWhateverHappens() {
    liveness.begin();
    for (int time = 0; time < 3; time++) {
      afterTheRead =
          () -> {
            throw new IllegalStateException("a defect");
          };
      assertThat(timed).as("one look at a time").hasSize(1);
      timed.removeFirst().run();
      assertThat(pause).isEqualTo(WatchLiveness.PERIOD);
    }
  }

  private Optional<ResourceClaim> read() {
    return cluster.read(ResourceClaim.class, first.getMetadata().getNamespace(), "first");
  }
}
