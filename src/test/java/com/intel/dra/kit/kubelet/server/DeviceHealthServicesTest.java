package com.intel.dra.kit.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealth.Status;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.proto.health.v1.DRAResourceHealthGrpc;
import com.intel.dra.kit.kubelet.proto.health.v1.DeviceIdentifier;
import com.intel.dra.kit.kubelet.proto.health.v1.HealthStatus;
import com.intel.dra.kit.kubelet.proto.health.v1.NodeWatchResourcesRequest;
import com.intel.dra.kit.kubelet.proto.health.v1.NodeWatchResourcesResponse;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceHealthServicesTest {

  private static final Instant LOOKED = Instant.parse("2026-05-04T03:02:01Z");
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir Path root;

  private final TestingDeviceHealth devices = new TestingDeviceHealth();
  private final TestingKubelet kubelet = new TestingKubelet(Authority.PERCENT_ENCODED);
  private final Context.CancellableContext call = Context.current().withCancellation();
  private final List<KubeletPlugin> plugins = new ArrayList<>();

  @BeforeAll
  static void letFailedCallsBeAnswered() {
    GrpcWithoutQuarkus.install();
  }

  @AfterEach
  void stopAll() {
    call.cancel(null);
    kubelet.close();
    plugins.forEach(KubeletPlugin::close);
  }

  @Test
  void allDevicesAreToldAtOnceAndAfterEachChange() throws Exception {
    serve(NEVER);
    devices.change(device("gpu-0", Status.HEALTHY), device("gpu-1", Status.UNKNOWN));

    Iterator<NodeWatchResourcesResponse> stream = watch();

    NodeWatchResourcesResponse first = stream.next();
    assertThat(first.getDevicesList())
        .extracting(device -> device.getDevice().getDeviceName(), device -> device.getHealth())
        .containsExactly(
            tuple("gpu-0", HealthStatus.HEALTHY), tuple("gpu-1", HealthStatus.UNKNOWN));
    assertThat(first.getDevices(0).getDevice())
        .isEqualTo(
            DeviceIdentifier.newBuilder().setPoolName("node1").setDeviceName("gpu-0").build());
    assertThat(first.getDevices(0).getLastUpdatedTime()).isEqualTo(LOOKED.getEpochSecond());
    assertThat(first.getDevices(0).getMessage()).isEqualTo("gpu-0 was looked at");

    devices.change(device("gpu-0", Status.UNHEALTHY));

    assertThat(stream.next().getDevicesList())
        .extracting(device -> device.getHealth())
        .containsExactly(HealthStatus.UNHEALTHY);
  }

  @Test
  void whatDoesNotChangeIsToldAgain() throws Exception {
    serve(Duration.ofMillis(50));
    devices.change(device("gpu-0", Status.HEALTHY));

    Iterator<NodeWatchResourcesResponse> stream = watch();

    NodeWatchResourcesResponse first = stream.next();
    assertThat(stream.next()).isEqualTo(first);
    assertThat(stream.next()).isEqualTo(first);
  }

  @Test
  void theOlderServiceTellsTheSame() throws Exception {
    serve(NEVER);
    devices.change(device("gpu-0", Status.UNHEALTHY));

    var answer =
        call.call(
            () ->
                com.intel.dra.kit.kubelet.proto.health.v1alpha1.DRAResourceHealthGrpc
                    .newBlockingStub(kubelet.connect(settings(true).pluginSocket()))
                    .nodeWatchResources(
                        com.intel.dra.kit.kubelet.proto.health.v1alpha1.NodeWatchResourcesRequest
                            .getDefaultInstance())
                    .next());

    assertThat(answer.getDevicesList()).hasSize(1);
    assertThat(answer.getDevices(0).getDevice().getDeviceName()).isEqualTo("gpu-0");
    assertThat(answer.getDevices(0).getHealth())
        .isEqualTo(com.intel.dra.kit.kubelet.proto.health.v1alpha1.HealthStatus.UNHEALTHY);
  }

  @Test
  void aKubeletThatGoesIsForgotten() throws Exception {
    HealthStreams streams = serve(NEVER);
    watch().next();
    assertThat(devices.listeners).hasSize(1);
    assertThat(streams.size()).isEqualTo(1);

    call.cancel(null);

    await().untilAsserted(() -> assertThat(devices.listeners).isEmpty());
    assertThat(streams.size()).isZero();
  }

  @Test
  void aStreamEndsWithThePluginAndDoesNotHoldItUp() throws Exception {
    serve(NEVER);
    Iterator<NodeWatchResourcesResponse> stream = watch();
    stream.next();

    plugins.forEach(KubeletPlugin::close);

    assertThat(stream.hasNext()).isFalse();
    assertThat(devices.listeners).isEmpty();
  }

  @Test
  void nothingIsServedUnlessTheSettingsSaySo() throws IOException {
    serve(settings(false), NEVER);

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> watch().next())
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNIMPLEMENTED));
  }

  @Test
  void longMessagesAreCut() {
    var health = new DeviceHealth("pool", "gpu", Status.UNHEALTHY, LOOKED, "x".repeat(1025));

    assertThat(health.message()).hasSize(1024).endsWith("x...");
    assertThat(
            new DeviceHealth("pool", "gpu", Status.UNHEALTHY, LOOKED, "x".repeat(1024)).message())
        .hasSize(1024)
        .endsWith("xxx");
  }

  private HealthStreams serve(Duration repetition) throws IOException {
    return serve(settings(true), repetition);
  }

  private HealthStreams serve(PluginSettings settings, Duration repetition) throws IOException {
    var streams = new HealthStreams(devices, repetition);
    var calls = new ClaimCalls(settings, new TestingClaimPreparer(), new Deaf());
    KubeletPlugin plugin = KubeletPlugin.create(settings, calls, streams);
    plugins.add(plugin);
    plugin.start();
    return streams;
  }

  private Iterator<NodeWatchResourcesResponse> watch() throws Exception {
    return call.call(
        () ->
            DRAResourceHealthGrpc.newBlockingStub(kubelet.connect(settings(true).pluginSocket()))
                .nodeWatchResources(NodeWatchResourcesRequest.getDefaultInstance()));
  }

  private PluginSettings settings(boolean health) {
    return new PluginSettings(
        "gpu.example.com",
        root.resolve("plugin"),
        root.resolve("registry"),
        new Structured(Optional.empty(), health));
  }

  private static DeviceHealth device(String name, Status status) {
    return new DeviceHealth("node1", name, status, LOOKED, name + " was looked at");
  }

  private static final class Deaf implements PluginCallListener {
    @Override
    public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {}

    @Override
    public void unprepareAnswered(
        PluginApiVersion version, UnprepareResult result, Duration took) {}
  }
}
