package com.intel.dra.kit.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.kubelet.api.NoDeviceHealth;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Classic;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PrepareResult.Prepared;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1.Device;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plugin as kubelets of 1.32 and later see it, on real sockets. */
class StructuredPluginTest {

  private static final String DRIVER = "gpu.example.com";

  @TempDir Path root;

  private final TestingClaimPreparer preparer = new TestingClaimPreparer();
  private final TestingKubelet kubelet = new TestingKubelet(Authority.PERCENT_ENCODED);
  private final List<String> answers = new CopyOnWriteArrayList<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final List<KubeletPlugin> plugins = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeAll
  static void letFailedCallsBeAnswered() {
    GrpcWithoutQuarkus.install();
  }

  @AfterEach
  void stopAll() {
    preparer.gate.countDown();
    threads.close();
    kubelet.close();
    plugins.forEach(KubeletPlugin::close);
  }

  @ParameterizedTest
  @EnumSource(Authority.class)
  void everyServiceTakesTheAuthorityOfEveryKubelet(Authority authority) throws IOException {
    PluginSettings settings = started(alone(false));

    try (var any = new TestingKubelet(authority)) {
      assertThat(any.getInfo(settings.registrationSocket()).getEndpoint())
          .isEqualTo(settings.pluginSocket().toString());
      assertThat(any.prepareV1(settings.pluginSocket(), "a").getClaimsMap()).containsOnlyKeys("a");
      assertThat(any.prepareV1Beta1(settings.pluginSocket(), "a").getClaimsMap())
          .containsOnlyKeys("a");
    }
  }

  @Test
  void theRegistrationNamesWhatIsServedNewestFirst() throws IOException {
    assertThat(supportedVersions(started(alone(false))))
        .containsExactly("v1.DRAPlugin", "v1beta1.DRAPlugin", "1.0.0");
    plugins.getFirst().close();
    assertThat(supportedVersions(started(alone(true))))
        .containsExactly(
            "v1.DRAPlugin",
            "v1beta1.DRAPlugin",
            "v1.DRAResourceHealth",
            "v1alpha1.DRAResourceHealth",
            "1.0.0");
  }

  /** It calls {@code v1alpha3.Node}, with the messages that later are those of v1beta1. */
  @Test
  void aKubeletOf131IsServed() throws IOException {
    Path socket = started(alone(false)).pluginSocket();

    var prepared = kubelet.prepare131(socket, "fail-1", "ok");

    assertThat(prepared.getClaimsMap()).containsOnlyKeys("fail-1", "ok");
    assertThat(prepared.getClaimsOrThrow("fail-1").getError())
        .isEqualTo("no such device for fail-1");
    assertThat(prepared.getClaimsOrThrow("ok"))
        .isEqualTo(kubelet.prepareV1Beta1(socket, "ok").getClaimsOrThrow("ok"));
    assertThat(prepared.getClaimsOrThrow("ok").getDevicesCount()).isEqualTo(1);
    assertThat(kubelet.unprepare131(socket, "ok").getClaimsOrThrow("ok").getError()).isEmpty();
    assertThat(answers)
        .containsExactlyInAnyOrder(
            "v1beta1 Failed", "v1beta1 Prepared", "v1beta1 Prepared", "v1beta1 Unprepared");
  }

  @Test
  void eachGenerationServesNothingOfTheOther() throws IOException {
    PluginSettings structured = started(alone(false));
    PluginSettings classic =
        started(
            new PluginSettings("other", root.resolve("other"), root.resolve("r"), new Classic()));

    assertUnimplemented(
        () ->
            kubelet
                .v1alpha2(structured.pluginSocket())
                .nodePrepareResource(
                    com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest
                        .getDefaultInstance()));
    assertUnimplemented(() -> kubelet.prepare126(structured.pluginSocket(), "a", ""));
    assertUnimplemented(() -> kubelet.prepareV1(classic.pluginSocket(), "a"));
    assertUnimplemented(() -> kubelet.prepareV1Beta1(classic.pluginSocket(), "a"));
    assertThat(preparer.calls).isEmpty();
  }

  @Test
  void devicesAreAnsweredByRequest() throws IOException {
    PluginSettings settings = started(alone(false));
    preparer.answer =
        claim ->
            new Prepared(
                List.of(
                    new PreparedDevice(
                        List.of("main/large"),
                        "node1",
                        "gpu-0",
                        List.of("example.com/gpu=0"),
                        Optional.of("share-1")),
                    new PreparedDevice(
                        List.of("second"), "node1", "gpu-1", List.of(), Optional.empty())));

    var v1 = kubelet.prepareV1(settings.pluginSocket(), "a").getClaimsOrThrow("a");
    var v1beta1 = kubelet.prepareV1Beta1(settings.pluginSocket(), "a").getClaimsOrThrow("a");

    assertThat(v1.getError()).isEmpty();
    assertThat(v1.getDevicesList())
        .containsExactly(
            Device.newBuilder()
                .addRequestNames("main")
                .setPoolName("node1")
                .setDeviceName("gpu-0")
                .addCdiDeviceIds("example.com/gpu=0")
                .setShareId("share-1")
                .build(),
            Device.newBuilder()
                .addRequestNames("second")
                .setPoolName("node1")
                .setDeviceName("gpu-1")
                .build());
    assertThat(v1.getDevices(1).hasShareId()).isFalse();
    assertThat(v1beta1.getDevicesList())
        .containsExactly(
            com.intel.dra.kit.kubelet.proto.v1beta1.Device.newBuilder()
                .addRequestNames("main")
                .setPoolName("node1")
                .setDeviceName("gpu-0")
                .addCdiDeviceIds("example.com/gpu=0")
                .build(),
            com.intel.dra.kit.kubelet.proto.v1beta1.Device.newBuilder()
                .addRequestNames("second")
                .setPoolName("node1")
                .setDeviceName("gpu-1")
                .build());
    assertThat(preparer.handles).isEmpty();
  }

  @Test
  void oneFailingClaimOfABatchDoesNotFailTheOthersInV1() throws IOException {
    Path socket = started(alone(false)).pluginSocket();

    var prepared = kubelet.prepareV1(socket, "fail-1", "ok", "throw-1", "");
    assertThat(prepared.getClaimsMap()).containsOnlyKeys("fail-1", "ok", "throw-1", "");
    assertThat(prepared.getClaimsOrThrow("fail-1").getError())
        .isEqualTo("no such device for fail-1");
    assertThat(prepared.getClaimsOrThrow("fail-1").getDevicesList()).isEmpty();
    assertThat(prepared.getClaimsOrThrow("throw-1").getError()).contains("internal error");
    assertThat(prepared.getClaimsOrThrow("").getError()).isEqualTo("claim UID is empty");
    assertThat(prepared.getClaimsOrThrow("ok").getError()).isEmpty();
    assertThat(prepared.getClaimsOrThrow("ok").getDevicesCount()).isEqualTo(1);

    var unprepared = kubelet.unprepareV1(socket, "fail-1", "ok");
    assertThat(unprepared.getClaimsMap()).containsOnlyKeys("fail-1", "ok");
    assertThat(unprepared.getClaimsOrThrow("fail-1").getError()).isEqualTo("busy: fail-1");
    assertThat(unprepared.getClaimsOrThrow("ok").getError()).isEmpty();
    assertThat(answers)
        .containsExactlyInAnyOrder(
            "v1 Failed", "v1 Failed", "v1 Failed", "v1 Prepared", "v1 Failed", "v1 Unprepared");
  }

  @Test
  void oneFailingClaimOfABatchDoesNotFailTheOthersInV1Beta1() throws IOException {
    Path socket = started(alone(false)).pluginSocket();

    var prepared = kubelet.prepareV1Beta1(socket, "fail-1", "ok");
    assertThat(prepared.getClaimsMap()).containsOnlyKeys("fail-1", "ok");
    assertThat(prepared.getClaimsOrThrow("fail-1").getError())
        .isEqualTo("no such device for fail-1");
    assertThat(prepared.getClaimsOrThrow("ok").getError()).isEmpty();
    assertThat(prepared.getClaimsOrThrow("ok").getDevicesCount()).isEqualTo(1);

    var unprepared = kubelet.unprepareV1Beta1(socket, "fail-1", "ok");
    assertThat(unprepared.getClaimsMap()).containsOnlyKeys("fail-1", "ok");
    assertThat(unprepared.getClaimsOrThrow("fail-1").getError()).isEqualTo("busy: fail-1");
    assertThat(answers)
        .containsExactlyInAnyOrder(
            "v1beta1 Failed", "v1beta1 Prepared", "v1beta1 Failed", "v1beta1 Unprepared");
  }

  @Test
  void claimsOfOneBatchRunAtTheSameTimeAlsoUnderTheLockOfInstances() throws IOException {
    Path socket = started(rolling("pod-1")).pluginSocket();
    preparer.gate = new CountDownLatch(1);

    var response =
        CompletableFuture.supplyAsync(() -> kubelet.prepareV1(socket, "a", "b", "c"), threads);

    await().untilAsserted(() -> assertThat(preparer.running).hasValue(3));
    preparer.gate.countDown();
    assertThat(response.join().getClaimsMap()).hasSize(3);
  }

  @Test
  void twoInstancesServeSideBySideAndEachTakesItsOwnSocketsAway() throws IOException {
    PluginSettings older = started(rolling("pod-1"));
    PluginSettings newer = started(rolling("pod-2"));

    for (PluginSettings settings : List.of(older, newer)) {
      assertThat(kubelet.getInfo(settings.registrationSocket()).getEndpoint())
          .isEqualTo(settings.pluginSocket().toString());
      assertThat(kubelet.prepareV1(settings.pluginSocket(), "a").getClaimsMap())
          .containsOnlyKeys("a");
    }

    plugins.getFirst().close();
    assertThat(older.pluginSocket()).doesNotExist();
    assertThat(older.registrationSocket()).doesNotExist();
    assertThat(plugins.getLast().probe()).isEmpty();
    assertThat(kubelet.unprepareV1(newer.pluginSocket(), "a").getClaimsOrThrow("a").getError())
        .isEmpty();
  }

  @Test
  void theTimeThatACallWaitedForAnotherInstanceIsTold() throws IOException {
    PluginSettings older = started(rolling("pod-1"));
    PluginSettings newer = started(rolling("pod-2"));
    preparer.gate = new CountDownLatch(1);
    long begin = System.nanoTime();
    var first =
        CompletableFuture.supplyAsync(() -> kubelet.prepareV1(older.pluginSocket(), "a"), threads);
    await().untilAsserted(() -> assertThat(preparer.running).hasValue(1));
    var second =
        CompletableFuture.supplyAsync(() -> kubelet.prepareV1(newer.pluginSocket(), "b"), threads);
    await().untilAtomic(begun, org.hamcrest.Matchers.is(2));
    await().during(Duration.ofMillis(100)).until(() -> !second.isDone());
    preparer.gate.countDown();
    first.join();
    second.join();

    assertThat(preparer.waits).hasSize(2);
    assertThat(preparer.waits.getLast())
        .isBetween(Duration.ofMillis(10), Duration.ofNanos(System.nanoTime() - begin));
  }

  @Test
  void whileOneInstanceWorksTheOtherIsBusy() throws IOException {
    PluginSettings older = started(rolling("pod-1"));
    preparer.gate = new CountDownLatch(1);
    var held =
        CompletableFuture.supplyAsync(() -> kubelet.prepareV1(older.pluginSocket(), "a"), threads);
    await().untilAsserted(() -> assertThat(preparer.running).hasValue(1));
    var impatient = rolling("pod-2");
    var calls =
        new ClaimCalls(
            preparer,
            new RecordingListener(),
            new InstanceLock(impatient.lockFile(), Duration.ofMillis(200)));
    start(KubeletPlugin.create(impatient, calls, new HealthStreams(new NoDeviceHealth())));

    assertThat(kubelet.prepareV1(impatient.pluginSocket(), "b").getClaimsOrThrow("b").getError())
        .contains("another instance of the driver on this node is busy");
    assertThat(kubelet.unprepareV1(impatient.pluginSocket(), "b").getClaimsOrThrow("b").getError())
        .contains("another instance of the driver on this node is busy");
    assertThat(preparer.calls).containsOnlyKeys("a");

    preparer.gate.countDown();
    held.join();
    assertThat(kubelet.prepareV1(impatient.pluginSocket(), "b").getClaimsOrThrow("b").getError())
        .isEmpty();
  }

  @Test
  void aRestartInTheSamePodReplacesItsSockets() throws IOException {
    PluginSettings settings = rolling("pod-1");
    Files.createDirectories(settings.pluginFolder());
    Files.createDirectories(settings.registryFolder());
    DeadSocket.leave(settings.pluginSocket());
    DeadSocket.leave(settings.registrationSocket());

    started(settings);

    assertThat(plugins.getFirst().probe()).isEmpty();
    assertThat(kubelet.prepareV1(settings.pluginSocket(), "a").getClaimsMap())
        .containsOnlyKeys("a");
  }

  private PluginSettings alone(boolean health) {
    return settings(new Structured(Optional.empty(), health));
  }

  private PluginSettings rolling(String podUid) {
    return settings(new Structured(Optional.of(podUid), false));
  }

  private PluginSettings settings(PluginGeneration generation) {
    return new PluginSettings(DRIVER, root.resolve("plugin"), root.resolve("registry"), generation);
  }

  private PluginSettings started(PluginSettings settings) throws IOException {
    start(KubeletPlugin.create(settings, preparer, new RecordingListener()));
    return settings;
  }

  private void start(KubeletPlugin plugin) throws IOException {
    plugins.add(plugin);
    plugin.start();
  }

  private List<String> supportedVersions(PluginSettings settings) {
    return kubelet.getInfo(settings.registrationSocket()).getSupportedVersionsList();
  }

  private static void assertUnimplemented(ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  private final class RecordingListener implements PluginCallListener {
    @Override
    public void prepareBegun() {
      begun.incrementAndGet();
    }

    @Override
    public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {
      answers.add(version.label() + " " + result.getClass().getSimpleName());
    }

    @Override
    public void unprepareAnswered(PluginApiVersion version, UnprepareResult result, Duration took) {
      answers.add(version.label() + " " + result.getClass().getSimpleName());
    }
  }
}
