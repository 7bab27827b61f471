package com.intel.dra.kit.kubelet.server;

import static com.intel.dra.kit.kubelet.server.TestingKubelet.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodeUnprepareResourceRequest;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KubeletPluginTest {

  @TempDir Path root;

  private final TestingClaimPreparer preparer = new TestingClaimPreparer();
  private final List<String> answers = new CopyOnWriteArrayList<>();
  private final TestingKubelet kubelet = new TestingKubelet(Authority.RAW_PATH);
  private PluginSettings settings;
  private KubeletPlugin plugin;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeAll
  static void letFailedCallsBeAnswered() {
    GrpcWithoutQuarkus.install();
  }

  @BeforeEach
  void startPlugin() throws IOException {
    settings = TestingPlugins.classic(root);
    plugin = KubeletPlugin.create(settings, preparer, new RecordingListener());
    plugin.start();
  }

  @AfterEach
  void stopAll() {
    preparer.gate.countDown();
    threads.close();
    kubelet.close();
    plugin.close();
  }

  @ParameterizedTest
  @EnumSource(Authority.class)
  void everyServiceTakesTheAuthorityOfEveryKubelet(Authority authority) {
    try (var any = new TestingKubelet(authority)) {
      assertThat(any.getInfo(settings.registrationSocket()).getEndpoint())
          .isEqualTo(settings.pluginSocket().toString());
      assertThat(
              any.v1alpha2(settings.pluginSocket())
                  .nodePrepareResource(request("uid-1", "handle"))
                  .getCdiDevicesList())
          .containsExactly("example.com/gpu=uid-1");
      assertThat(any.prepare(settings.pluginSocket(), claim("uid-2", "")).getClaimsMap())
          .containsOnlyKeys("uid-2");
    }
  }

  /** It calls {@code v1alpha1.Node}, with the messages that later are those of v1alpha2. */
  @Test
  void aKubeletOf126IsServed() {
    var prepared = kubelet.prepare126(settings.pluginSocket(), "uid-1", "handle");
    kubelet.unprepare126(settings.pluginSocket(), "uid-1", "example.com/gpu=uid-1");

    assertThat(prepared.getCdiDevicesList()).containsExactly("example.com/gpu=uid-1");
    assertThat(preparer.calls).containsOnlyKeys("uid-1");
    assertThat(answers).containsExactly("v1alpha2 Prepared", "v1alpha2 Unprepared");
    assertThatThrownBy(() -> kubelet.prepare126(settings.pluginSocket(), "fail-1", "handle"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("no such device for fail-1");
  }

  @Test
  void getInfoSaysWhoThePluginIs() {
    var info = kubelet.getInfo(settings.registrationSocket());

    assertThat(info.getType()).isEqualTo("DRAPlugin");
    assertThat(info.getName()).isEqualTo("gpu.example.com");
    assertThat(info.getSupportedVersionsList()).containsExactly("1.0.0");
  }

  @Test
  void socketsAreRootsAloneAndNothingElseLiesInTheFolders() throws IOException {
    assertThat(Files.getPosixFilePermissions(settings.pluginFolder()))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
    for (Path socket : List.of(settings.pluginSocket(), settings.registrationSocket())) {
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(Files.list(socket.getParent())).containsExactly(socket);
    }
  }

  @Test
  void theKubeletsVerdictOnTheRegistrationIsKept() {
    assertThat(plugin.registrationState()).isEqualTo(new RegistrationState.Awaited());

    kubelet.notifyStatus(settings.registrationSocket(), false, "version not supported");
    assertThat(plugin.registrationState())
        .isEqualTo(new RegistrationState.Refused("version not supported"));

    kubelet.notifyStatus(settings.registrationSocket(), true, "");
    assertThat(plugin.registrationState()).isEqualTo(new RegistrationState.Registered());
  }

  @Test
  void oneFailingClaimOfABatchDoesNotFailTheOthers() {
    var response =
        kubelet.prepare(
            settings.pluginSocket(),
            claim("fail-1", ""),
            claim("ok-1", "handle-1"),
            claim("throw-1", ""),
            claim("ok-2", "handle-2"));

    assertThat(response.getClaimsMap()).containsOnlyKeys("fail-1", "ok-1", "throw-1", "ok-2");
    assertThat(response.getClaimsOrThrow("fail-1").getError())
        .isEqualTo("no such device for fail-1");
    assertThat(response.getClaimsOrThrow("fail-1").getCdiDevicesList()).isEmpty();
    assertThat(response.getClaimsOrThrow("throw-1").getError()).contains("internal error");
    assertThat(response.getClaimsOrThrow("ok-1").getError()).isEmpty();
    assertThat(response.getClaimsOrThrow("ok-1").getCdiDevicesList())
        .containsExactly("example.com/gpu=ok-1");
    assertThat(preparer.handles).contains("handle-1", "handle-2");
  }

  @Test
  void unpreparingAnswersEveryClaimOfABatch() {
    var response =
        kubelet.unprepare(
            settings.pluginSocket(), claim("fail-1", ""), claim("ok-1", ""), claim("throw-1", ""));

    assertThat(response.getClaimsMap()).containsOnlyKeys("fail-1", "ok-1", "throw-1");
    assertThat(response.getClaimsOrThrow("fail-1").getError()).isEqualTo("busy: fail-1");
    assertThat(response.getClaimsOrThrow("ok-1").getError()).isEmpty();
    assertThat(response.getClaimsOrThrow("throw-1").getError()).contains("internal error");
  }

  @Test
  void anEmptyBatchIsAnsweredEmpty() {
    assertThat(kubelet.prepare(settings.pluginSocket()).getClaimsMap()).isEmpty();
    assertThat(kubelet.unprepare(settings.pluginSocket()).getClaimsMap()).isEmpty();
  }

  @Test
  void claimsOfOneBatchRunAtTheSameTime() {
    preparer.gate = new CountDownLatch(1);

    var response =
        CompletableFuture.supplyAsync(
            () ->
                kubelet.prepare(
                    settings.pluginSocket(), claim("a", ""), claim("b", ""), claim("c", "")),
            threads);

    await().untilAsserted(() -> assertThat(preparer.running).hasValue(3));
    preparer.gate.countDown();
    assertThat(response.join().getClaimsMap()).hasSize(3);
  }

  @Test
  void callsForTheSameClaimWaitForEachOther() {
    preparer.gate = new CountDownLatch(1);

    var first =
        CompletableFuture.supplyAsync(
            () -> kubelet.prepare(settings.pluginSocket(), claim("same", "")), threads);
    await().untilAsserted(() -> assertThat(preparer.running).hasValue(1));
    var second =
        CompletableFuture.supplyAsync(
            () -> kubelet.unprepare(settings.pluginSocket(), claim("same", "")), threads);
    var other =
        CompletableFuture.supplyAsync(
            () -> kubelet.prepare(settings.pluginSocket(), claim("other", "")), threads);

    await().untilAsserted(() -> assertThat(preparer.calls).containsKey("other"));
    assertThat(preparer.calls.get("same")).hasValue(1);
    preparer.gate.countDown();
    first.join();
    second.join();
    other.join();
    assertThat(preparer.calls.get("same")).hasValue(2);
    assertThat(preparer.mostRunning).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void theOldestVersionAnswersOneClaimWithAStatus() {
    var node = kubelet.v1alpha2(settings.pluginSocket());

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> node.nodePrepareResource(request("fail-1", "")))
        .satisfies(
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(e.getStatus().getDescription()).isEqualTo("no such device for fail-1");
            });
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> node.nodePrepareResource(request("", "")))
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    assertThat(
            node.nodeUnprepareResource(
                NodeUnprepareResourceRequest.newBuilder()
                    .setNamespace("default")
                    .setClaimName("claim")
                    .setClaimUid("ok")
                    .build()))
        .isNotNull();
  }

  @Test
  void anIncompleteReferenceIsAnErrorOfThatClaimAlone() {
    var response =
        kubelet.prepare(
            settings.pluginSocket(),
            claim("", ""),
            claim("ok", ""),
            claim("nameless", "").toBuilder().clearName().build());

    assertThat(response.getClaimsOrThrow("").getError()).isEqualTo("claim UID is empty");
    assertThat(response.getClaimsOrThrow("nameless").getError()).isEqualTo("claim name is empty");
    assertThat(response.getClaimsOrThrow("ok").getError()).isEmpty();
    assertThat(preparer.calls).containsOnlyKeys("ok");
  }

  @Test
  void theListenerHearsEveryAnswerWithItsVersion() {
    kubelet.prepare(settings.pluginSocket(), claim("ok", ""), claim("fail", ""));
    kubelet.unprepare(settings.pluginSocket(), claim("ok", ""));
    kubelet.v1alpha2(settings.pluginSocket()).nodePrepareResource(request("ok", ""));

    assertThat(answers)
        .containsExactlyInAnyOrder(
            "v1alpha3 Prepared", "v1alpha3 Failed", "v1alpha3 Unprepared", "v1alpha2 Prepared");
  }

  @Test
  void bothSocketsGoAtACleanStopAndTheStaleOnesAtTheNextStart() throws IOException {
    plugin.close();
    assertThat(settings.pluginSocket()).doesNotExist();
    assertThat(settings.registrationSocket()).doesNotExist();
    assertThat(plugin.isServing()).isFalse();
    assertThat(plugin.probe()).isPresent();

    Files.writeString(settings.pluginSocket(), "left behind");
    Files.writeString(settings.registrationSocket(), "left behind");
    plugin.start();

    assertThat(plugin.isServing()).isTrue();
    assertThat(kubelet.prepare(settings.pluginSocket(), claim("ok", "")).getClaimsMap())
        .containsKey("ok");
  }

  @Test
  void stoppingLeavesTheSocketsOfASuccessorAlone() throws IOException {
    var successor = KubeletPlugin.create(settings, preparer, new RecordingListener());
    try (successor) {
      successor.start();
      plugin.close();

      assertThat(successor.probe()).isEmpty();
      assertThat(settings.pluginSocket()).exists();
    }
  }

  @Test
  void theProbeCallsTheRegistrationSocket() throws IOException {
    assertThat(plugin.probe()).isEmpty();

    Files.delete(settings.registrationSocket());

    assertThat(plugin.probe()).isPresent();
  }

  @Test
  void aPathThatIsTooLongForASocketIsSaidClearly() {
    var tooLong =
        new PluginSettings(
            "d",
            root.resolve("x".repeat(100)),
            root.resolve("registry"),
            new PluginGeneration.Classic());
    var second = KubeletPlugin.create(tooLong, preparer, new RecordingListener());

    assertThatThrownBy(second::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("107 bytes")
        .hasMessageContaining("choose a shorter folder");
    assertThat(second.isServing()).isFalse();
  }

  @Test
  void whenTheRegistrationSocketCannotBeMadeNothingIsServed() throws IOException {
    var broken =
        new PluginSettings(
            "x".repeat(100),
            root.resolve("plugins/other"),
            root.resolve("r"),
            new PluginGeneration.Classic());
    var second = KubeletPlugin.create(broken, preparer, new RecordingListener());

    assertThatThrownBy(second::start).isInstanceOf(IOException.class);

    assertThat(broken.pluginSocket()).doesNotExist();
    assertThat(second.isServing()).isFalse();
  }

  private static NodePrepareResourceRequest request(String uid, String handle) {
    return NodePrepareResourceRequest.newBuilder()
        .setNamespace("default")
        .setClaimName("claim")
        .setClaimUid(uid)
        .setResourceHandle(handle)
        .build();
  }

  private final class RecordingListener implements PluginCallListener {
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
