package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.controller.leader.ApiServerLeaseReader;
import com.intel.dra.gpu.controller.leader.ElectionTimes;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectorBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@EnableKubernetesMockClient(crud = true)
@SuppressWarnings("NullAway.Init") // set by the extension
class ElectionWatchTest {

  private static final String NAMESPACE = "gpu";
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final ZonedDateTime TIME = NOW.atZone(ZoneOffset.UTC);

  private static final Duration PAUSE = Duration.ofSeconds(10);

  KubernetesClient client;
  KubernetesMockServer server;

  private final SettableClock clock = new SettableClock();
  private ElectionWatch watch;

  @BeforeEach
  void aProcess() {
    watch = process();
  }

  private ElectionWatch process() {
    return new ElectionWatch(
        new ApiServerLeaseReader(client, NAMESPACE) {
          @Override
          public Optional<Lease> ofControllers() {
            try {
              return super.ofControllers();
            } catch (KubernetesClientException e) {
              // the mock's answer does not name the missing object; NotFoundAnswersTest has real
              // answers
              if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
              }
              throw e;
            }
          }
        },
        Clock.fixed(NOW, ZoneOffset.UTC),
        clock);
  }

  static Stream<LeaseSpec> broken() {
    return Stream.of(
        new LeaseSpecBuilder().build(),
        new LeaseSpecBuilder().withLeaseDurationSeconds(15).build(),
        new LeaseSpecBuilder().withLeaseDurationSeconds(15).withRenewTime(TIME).build(),
        new LeaseSpecBuilder().withAcquireTime(TIME).withRenewTime(TIME).build());
  }

  private void store(LeaseSpec spec) {
    client
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(ElectionTimes.LEASE)
                .endMetadata()
                .withSpec(spec)
                .build())
        .createOr(NonDeletingOperation::update);
  }

  private Lease stored() {
    return Objects.requireNonNull(
        client.leases().inNamespace(NAMESPACE).withName(ElectionTimes.LEASE).get());
  }

  private static LeaseSpec held(String holder, ZonedDateTime renewed) {
    return new LeaseSpecBuilder()
        .withHolderIdentity(holder)
        .withLeaseDurationSeconds(15)
        .withAcquireTime(renewed)
        .withRenewTime(renewed)
        .build();
  }

  private void looksFor(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(PAUSE)) {
      assertThat(watch.look()).isEmpty();
      clock.add(PAUSE);
    }
  }

  @ParameterizedTest
  @MethodSource("broken")
  void anElectionThatIsPreparedLeadsWhateverTheLeaseLacks(LeaseSpec spec)
      throws InterruptedException {
    store(spec);
    watch.prepare();

    var leads = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      LeaderElector election =
          new LeaderElectorBuilder(client, threads)
              .withConfig(
                  new LeaderElectionConfig(
                      new LeaseLock(NAMESPACE, ElectionTimes.LEASE, "me"),
                      ElectionTimes.LEASE_DURATION,
                      ElectionTimes.RENEW_DEADLINE,
                      ElectionTimes.RETRY_PERIOD,
                      new LeaderCallbacks(leads::countDown, () -> {}, _ -> {}),
                      false,
                      ElectionTimes.LEASE))
              .build();
      var running = election.start();
      assertThat(leads.await(20, TimeUnit.SECONDS)).as("leads").isTrue();
      running.cancel(true);
    }
    assertThat(stored().getSpec().getHolderIdentity()).isEqualTo("me");
    assertThat(watch.look()).as("the election has read it whole").isEmpty();
  }

  @Test
  void whoeverIsNamedInItHasToRenewItInTime() {
    store(new LeaseSpecBuilder().withHolderIdentity("another").build());

    watch.prepare();

    assertThat(stored().getSpec()).isEqualTo(held("another", TIME));
  }

  @Test
  void aWholeLeaseIsNotWritten() {
    store(held("another", TIME));
    String version = stored().getMetadata().getResourceVersion();

    watch.prepare();
    looksFor(Duration.ofMinutes(5));

    assertThat(stored().getMetadata().getResourceVersion()).isEqualTo(version);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whoeverMayHaveReadALeaseThatLacksTimesIsTold(LeaseSpec spec) {
    store(held("another", TIME));
    ElectionWatch other = process();
    watch.prepare();
    other.prepare();
    assertThat(watch.look()).isEmpty();

    store(spec);

    assertThat(other.look()).as("who makes it whole").isPresent();
    assertThat(watch.look())
        .as("who finds it whole")
        .contains(
            "the Lease lacked times that the election needs; a controller added them at 2026-05-01T10:00Z");
    ElectionWatch next = process();
    next.prepare();
    assertThat(next.look()).as("who starts afterwards").isEmpty();
  }

  @Test
  void aFreeLeaseThatNobodyTakesIsToldOf() {
    store(held("another", TIME.minusSeconds(16)));
    watch.prepare();

    looksFor(ElectionWatch.NOT_TAKEN);

    assertThat(watch.look()).contains("no controller took the Lease, which has been free for 90 s");
  }

  @Test
  void noLeaseAtAllIsFreeToo() {
    watch.prepare();
    looksFor(ElectionWatch.NOT_TAKEN);
    assertThat(watch.look()).isPresent();
  }

  @Test
  void whileNobodyAnswersNobodyCanTakeIt() {
    store(held("", TIME));
    watch.prepare();
    looksFor(ElectionWatch.NOT_TAKEN);

    client.leases().inNamespace(NAMESPACE).delete();
    server
        .expect()
        .get()
        .withPath("/apis/coordination.k8s.io/v1/namespaces/gpu/leases/" + ElectionTimes.LEASE)
        .andReturn(503, "")
        .once();
    assertThat(watch.look()).isEmpty();

    looksFor(ElectionWatch.NOT_TAKEN);
    assertThat(watch.look()).isPresent();
  }

  @Test
  void aProcessThatSleptCouldNotTakeIt() {
    store(held("", TIME));
    watch.prepare();
    looksFor(Duration.ofSeconds(30));
    clock.add(ElectionWatch.NOT_TAKEN);
    looksFor(ElectionWatch.NOT_TAKEN);
  }

  @Test
  void anApiServerThatIsAwayEndsNothing() {
    server.shutdown();
    watch.prepare();
    assertThat(watch.look()).isEmpty();
  }
}
