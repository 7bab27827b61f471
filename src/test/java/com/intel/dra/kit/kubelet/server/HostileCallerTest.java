package com.intel.dra.kit.kubelet.server;

import static com.intel.dra.kit.kubelet.server.TestingKubelet.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.Claim;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sends on the real sockets what no kubelet sends: it is refused, and the next call is served. */
class HostileCallerTest {

  private static final int TEN_MIB = 10 << 20;

  @TempDir Path root;

  private final TestingClaimPreparer preparer = new TestingClaimPreparer();
  private final TestingKubelet kubelet = new TestingKubelet(Authority.RAW_PATH);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private PluginSettings settings;
  private KubeletPlugin plugin;

  private static final class NobodyListens implements PluginCallListener {
    @Override
    public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {}

    @Override
    public void unprepareAnswered(
        PluginApiVersion version, UnprepareResult result, Duration took) {}
  }

  @BeforeAll
  static void letFailedCallsBeAnswered() {
    GrpcWithoutQuarkus.install();
  }

  @BeforeEach
  void startPlugin() throws IOException {
    settings = TestingPlugins.classic(root);
    plugin = KubeletPlugin.create(settings, preparer, new NobodyListens());
    plugin.start();
  }

  @AfterEach
  void anOrdinaryCallIsServedAfterwards() {
    assertThat(kubelet.prepare(settings.pluginSocket(), claim("afterwards", "")).getClaimsMap())
        .containsOnlyKeys("afterwards");
    assertThat(kubelet.getInfo(settings.registrationSocket()).getName())
        .isEqualTo("gpu.example.com");
    preparer.gate.countDown();
    threads.close();
    kubelet.close();
    plugin.close();
  }

  @Test
  void aMessageOfTenMiBIsRefusedBeforeItIsRead() {
    for (Claim huge :
        List.of(
            claim("x".repeat(TEN_MIB), ""),
            claim("uid", "x".repeat(TEN_MIB)),
            claim("uid", "").toBuilder().setName("x".repeat(TEN_MIB)).build())) {
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> kubelet.prepare(settings.pluginSocket(), huge))
          .satisfies(
              e ->
                  assertThat(e.getStatus().getCode())
                      .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED));
    }
    assertThat(preparer.calls).isEmpty();
  }

  @Test
  void aNameOfAMegabyteIsToldByItsLengthAlone() {
    String huge = "x".repeat(1 << 20);
    var response =
        kubelet.prepare(
            settings.pluginSocket(),
            claim("uid", "").toBuilder().setName(huge).build(),
            claim("ok", ""));

    assertThat(response.getClaimsOrThrow("uid").getError())
        .isEqualTo("claim name has 1048576 characters, at most 253 are allowed");
    assertThat(response.getClaimsOrThrow("ok").getError()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../x",
        "..",
        "/etc/passwd",
        "a/b",
        "a b",
        "a\nb",
        "\u0000",
        "\u001b[31m",
        "a\\b",
        "ü",
        "-a"
      })
  void whatIsNoUidOrNameOfKubernetesGoesNoFurther(String text) {
    var asUid =
        kubelet.prepare(settings.pluginSocket(), claim(text, "").toBuilder().setName("n").build());
    var asName =
        kubelet.prepare(settings.pluginSocket(), claim("u1", "").toBuilder().setName(text).build());
    var asNamespace =
        kubelet.prepare(
            settings.pluginSocket(), claim("u2", "").toBuilder().setNamespace(text).build());
    var unprepared =
        kubelet.unprepare(
            settings.pluginSocket(), claim("u3", "").toBuilder().setName(text).build());

    assertThat(asUid.getClaimsOrThrow(text).getError())
        .startsWith("claim UID does not have the form");
    assertThat(asName.getClaimsOrThrow("u1").getError())
        .startsWith("claim name does not have the form");
    assertThat(asNamespace.getClaimsOrThrow("u2").getError())
        .startsWith("claim namespace does not have the form");
    assertThat(unprepared.getClaimsOrThrow("u3").getError())
        .startsWith("claim name does not have the form");
    assertThat(preparer.calls).isEmpty();
  }

  @Test
  void theOldestVersionRefusesThemWithAStatus() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(
            () ->
                kubelet
                    .v1alpha2(settings.pluginSocket())
                    .nodePrepareResource(
                        NodePrepareResourceRequest.newBuilder()
                            .setNamespace("default")
                            .setClaimName("../../x")
                            .setClaimUid("u")
                            .build()))
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void aClaimThatIsTwiceInARequestIsPreparedOnce() {
    var response =
        kubelet.prepare(settings.pluginSocket(), claim("twice", "h"), claim("twice", "h"));

    assertThat(response.getClaimsMap()).containsOnlyKeys("twice");
    assertThat(preparer.calls.get("twice")).hasValue(1);
  }

  @Test
  void differentClaimsOfOneUidAreRefusedAndNothingIsDone() {
    assertRefused(
        "two different claims of the request have the same UID",
        claim("twice", "h"),
        claim("twice", "other"));
    assertThat(preparer.calls).isEmpty();
  }

  @Test
  void aBatchThatNoPodCanHaveIsRefusedAndNothingIsDone() {
    Claim[] many =
        IntStream.rangeClosed(0, ClaimBatch.MAX_CLAIMS)
            .mapToObj(i -> claim("u" + i, ""))
            .toArray(Claim[]::new);

    assertRefused("1025 claims, at most 1024 are allowed", many);
    assertThat(preparer.calls).isEmpty();
  }

  @Test
  void theLargestBatchIsAnsweredWhole() {
    Claim[] most =
        IntStream.range(0, ClaimBatch.MAX_CLAIMS)
            .mapToObj(i -> claim("u" + i, ""))
            .toArray(Claim[]::new);

    assertThat(kubelet.prepare(settings.pluginSocket(), most).getClaimsMap())
        .hasSize(ClaimBatch.MAX_CLAIMS);
  }

  @Test
  void manyCallersAtOnceAreAllAnswered() throws Exception {
    var answers = new ArrayList<Future<Integer>>();
    for (int caller = 0; caller < 16; caller++) {
      String name = "c" + caller;
      answers.add(
          threads.submit(
              () -> {
                int answered = 0;
                for (int i = 0; i < 50; i++) {
                  answered +=
                      kubelet
                          .prepare(
                              settings.pluginSocket(), claim(name + "-" + i, ""), claim("same", ""))
                          .getClaimsCount();
                }
                return answered;
              }));
    }
    for (var answer : answers) {
      assertThat(answer.get()).isEqualTo(100);
    }
  }

  @Test
  void connectionsThatSayNothingOrGarbageEndWithoutHarm() throws IOException {
    var random = new Random(1);
    var open = new ArrayList<SocketChannel>();
    try {
      for (int i = 0; i < 200; i++) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        open.add(channel);
        channel.connect(
            UnixDomainSocketAddress.of(
                i % 2 == 0 ? settings.pluginSocket() : settings.registrationSocket()));
        sendIgnoringRefusal(channel, garbage(random, i % 4));
      }
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
  }

  private static byte[] garbage(Random random, int kind) {
    byte[] bytes = new byte[random.nextInt(4096)];
    random.nextBytes(bytes);
    return switch (kind) {
      case 0 -> bytes;
      case 1 -> "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      // the preface of HTTP/2, and then no frame
      case 2 ->
          ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + new String(bytes, StandardCharsets.ISO_8859_1))
              .getBytes(StandardCharsets.ISO_8859_1);
      default -> new byte[0];
    };
  }

  /** Ignores errors, because the plugin may have closed the connection already. */
  private static void sendIgnoringRefusal(SocketChannel channel, byte[] bytes) {
    try {
      channel.write(ByteBuffer.wrap(bytes));
    } catch (IOException refused) {
      assertThat(refused).hasMessageContaining("ipe");
    }
  }

  private void assertRefused(String message, Claim... claims) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(
            () ->
                kubelet
                    .v1alpha3(settings.pluginSocket())
                    .nodePrepareResources(
                        NodePrepareResourcesRequest.newBuilder()
                            .addAllClaims(List.of(claims))
                            .build()))
        .satisfies(
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription()).contains(message);
            });
  }
}
