package com.intel.dra.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.cdi.CdiFolder;
import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.proto.health.v1.DRAResourceHealthGrpc;
import com.intel.dra.kit.kubelet.proto.health.v1.HealthStatus;
import com.intel.dra.kit.kubelet.proto.health.v1.NodeWatchResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1.Device;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import com.intel.dra.kit.slices.keeper.LoggedSlices;
import com.intel.dra.kit.slices.keeper.SliceKeeper;
import com.intel.dra.kit.slices.keeper.SliceSettings;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example driver serves a kubelet, without Quarkus. */
class ExampleDriverTest {

  private static final String NODE = "node-1";

  @TempDir Path root;

  private final SharedSliceServer server = new SharedSliceServer();
  private final TestingKubelet kubelet = new TestingKubelet(Authority.PERCENT_ENCODED);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<ExampleDriver> drivers = new ArrayList<>();
  private final Map<String, ResourceClaim> claims = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  /** While it is closed, the API server answers no question for a claim. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  @BeforeEach
  void makeLamps() throws IOException {
    Files.createDirectory(root.resolve("lamps"));
    setDefect("lamp-0", "");
    setDefect("lamp-1", "");
    setDefect("lamp-2", "");
  }

  @AfterEach
  void stopAll() {
    gate.countDown();
    drivers.forEach(ExampleDriver::close);
    kubelet.close();
    threads.close();
    server.close();
  }

  @Test
  void theSchedulerSeesTheLampsThatWork() throws IOException {
    setDefect("lamp-1", "the bulb is broken");
    start("pod-1");
    awaitPublished("lamp-0", "lamp-2");

    setDefect("lamp-1", "");

    awaitPublished("lamp-0", "lamp-1", "lamp-2");
  }

  @Test
  void aPreparedClaimHasItsLampsInTheCdiSpecUntilItIsUnprepared() throws IOException {
    Path socket = start("pod-1").pluginSocket();
    allocate("a", "lamp-0", "lamp-1");

    var first = kubelet.prepareV1(socket, "a").getClaimsOrThrow("a");
    var again = kubelet.prepareV1(socket, "a").getClaimsOrThrow("a");

    assertThat(first.getError()).isEmpty();
    assertThat(first.getDevicesList())
        .extracting(Device::getPoolName, Device::getDeviceName, Device::getCdiDeviceIdsList)
        .containsExactly(
            tuple(NODE, "lamp-0", List.of("example.com/lamp=a:lamp-0")),
            tuple(NODE, "lamp-1", List.of("example.com/lamp=a:lamp-1")));
    assertThat(first.getDevices(0).getRequestNamesList()).containsExactly("lamps");
    assertThat(again).isEqualTo(first);
    assertThat(inSpec()).containsOnlyKeys("a:lamp-0", "a:lamp-1").containsValue(zero());

    assertThat(kubelet.unprepareV1(socket, "a").getClaimsOrThrow("a").getError()).isEmpty();
    assertThat(kubelet.unprepareV1(socket, "a").getClaimsOrThrow("a").getError()).isEmpty();
    assertThat(inSpec()).isEmpty();
  }

  @Test
  void noLampGoesToTwoClaims() throws IOException {
    Path socket = start("pod-1").pluginSocket();
    allocate("a", "lamp-0");
    allocate("b", "lamp-1", "lamp-0");
    kubelet.prepareV1(socket, "a");

    assertThat(error(socket, "b")).contains("another claim still has it");
    assertThat(inSpec()).containsOnlyKeys("a:lamp-0");

    kubelet.unprepareV1(socket, "a");
    assertThat(error(socket, "b")).isEmpty();
  }

  @Test
  void aClaimThatCannotBePreparedIsRefused() throws IOException {
    setDefect("lamp-1", "the bulb is broken");
    Path socket = start("pod-1").pluginSocket();
    allocate("a", "lamp-7");
    allocate("b", "lamp-1");
    allocate("newer", "lamp-0");
    claims.put("claim-older", claims.getOrDefault("claim-newer", new ResourceClaim()));

    assertThat(error(socket, "a")).isEqualTo("lamp-7: it is not on this node");
    assertThat(error(socket, "b")).isEqualTo("lamp-1: the bulb is broken");
    assertThat(error(socket, "older")).contains("is gone");
    assertThat(error(socket, "never-made")).contains("is gone");
    assertThat(inSpec()).isEmpty();
  }

  @Test
  void theKubeletIsToldOfALampThatFails() throws Exception {
    PluginSettings settings = start("pod-1");
    assertThat(kubelet.getInfo(settings.registrationSocket()).getSupportedVersionsList())
        .contains("v1.DRAPlugin", "v1.DRAResourceHealth");
    var call = Context.current().withCancellation();
    try {
      var told =
          call.call(
              () ->
                  DRAResourceHealthGrpc.newBlockingStub(kubelet.connect(settings.pluginSocket()))
                      .nodeWatchResources(NodeWatchResourcesRequest.getDefaultInstance()));
      assertThat(told.next().getDevicesList())
          .extracting(device -> device.getHealth())
          .containsOnly(HealthStatus.HEALTHY)
          .hasSize(3);

      setDefect("lamp-1", "the bulb is broken");

      assertThat(told.next().getDevicesList())
          .extracting(device -> device.getDevice().getDeviceName(), device -> device.getHealth())
          .contains(tuple("lamp-0", HealthStatus.HEALTHY), tuple("lamp-1", HealthStatus.UNHEALTHY));
    } finally {
      call.cancel(null);
    }
    awaitPublished("lamp-0", "lamp-2");
  }

  @Test
  void aSecondInstanceReplacesTheFirstAndNoCallIsLost() throws IOException {
    PluginSettings older = start("pod-1");
    awaitPublished("lamp-0", "lamp-1", "lamp-2");
    List<String> slices = server.uids();
    allocate("a", "lamp-0");
    allocate("b", "lamp-1");
    allocate("c", "lamp-2");
    assertThat(error(older.pluginSocket(), "a")).isEmpty();
    gate = new CountDownLatch(1);
    var atOlder = inBackground(() -> error(older.pluginSocket(), "b"));
    await().until(() -> asked.contains("b"));

    PluginSettings newer = start("pod-2");
    assertThat(kubelet.getInfo(newer.registrationSocket()).getEndpoint())
        .isEqualTo(newer.pluginSocket().toString());
    var atNewer = inBackground(() -> error(newer.pluginSocket(), "c"));
    var closing = CompletableFuture.runAsync(drivers.getFirst()::close, threads);
    await().until(() -> Files.notExists(older.registrationSocket()));
    assertThat(atOlder).isNotDone();
    assertThat(asked).as("the instances take turns").doesNotContain("c");
    gate.countDown();

    assertThat(atOlder.join()).isEmpty();
    assertThat(atNewer.join()).isEmpty();
    closing.join();
    assertThat(older.pluginSocket()).doesNotExist();
    assertThat(inSpec()).containsOnlyKeys("a:lamp-0", "b:lamp-1", "c:lamp-2");
    assertThat(server.uids()).isEqualTo(slices);

    var unprepared = kubelet.unprepareV1(newer.pluginSocket(), "a", "b");
    assertThat(unprepared.getClaimsOrThrow("a").getError()).isEmpty();
    assertThat(unprepared.getClaimsOrThrow("b").getError()).isEmpty();
    assertThat(inSpec()).containsOnlyKeys("c:lamp-2");
    setDefect("lamp-0", "the bulb is broken");
    awaitPublished("lamp-1", "lamp-2");
  }

  /** Quarkus' stubs need a bean for it, which a driver without Quarkus does not have. */
  @Test
  void aRequestThatFailsAsAWholeIsAnswered() throws IOException {
    Path socket = start("pod-1").pluginSocket();
    String[] tooMany = IntStream.range(0, 1025).mapToObj(i -> "uid-" + i).toArray(String[]::new);

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> kubelet.prepareV1(socket, tooMany))
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  private PluginSettings start(String podUid) throws IOException {
    var place =
        new ExampleDriver.Place(
            NODE, podUid, root.resolve("lamps"), root.resolve("kubelet"), root.resolve("cdi"));
    var keeper =
        new SliceKeeper(
            server.store(), new SliceSettings(ExampleDriver.NAME, NODE), new LoggedSlices());
    var driver = new ExampleDriver(place, keeper, this::find);
    drivers.add(driver);
    driver.start();
    return place.plugin();
  }

  private Optional<ResourceClaim> find(ClaimReference claim) {
    asked.add(claim.uid());
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.ofNullable(claims.get(claim.name()));
  }

  private void allocate(String uid, String... lamps) {
    var claim =
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withName("claim-" + uid)
            .withUid(uid)
            .endMetadata()
            .withNewStatus()
            .withNewAllocation()
            .withNewDevices()
            .endDevices()
            .endAllocation()
            .endStatus()
            .build();
    var devices = claim.getStatus().getAllocation().getDevices();
    for (String lamp : lamps) {
      devices =
          devices
              .edit()
              .addNewResult()
              .withRequest("lamps")
              .withDriver(ExampleDriver.NAME)
              .withPool(NODE)
              .withDevice(lamp)
              .endResult()
              .addNewResult()
              .withRequest("others")
              .withDriver("other.example.com")
              .withPool(NODE)
              .withDevice("other")
              .endResult()
              .build();
    }
    claim.getStatus().getAllocation().setDevices(devices);
    claims.put("claim-" + uid, claim);
  }

  private void setDefect(String lamp, String defect) throws IOException {
    Files.writeString(root.resolve("lamps").resolve(lamp), defect);
  }

  private String error(Path socket, String uid) {
    return kubelet.prepareV1(socket, uid).getClaimsOrThrow(uid).getError();
  }

  private CompletableFuture<String> inBackground(java.util.function.Supplier<String> call) {
    return CompletableFuture.supplyAsync(call, threads);
  }

  private void awaitPublished(String... lamps) {
    await().untilAsserted(() -> assertThat(server.deviceNames(NODE)).contains(List.of(lamps)));
  }

  private static List<String> zero() {
    return List.of("/dev/zero");
  }

  private Map<String, List<String>> inSpec() {
    var content = new CdiFolder(root.resolve("cdi"), new CdiKind("example.com", "lamp")).spec();
    assertThat(content).isInstanceOf(CdiFolder.Content.Devices.class);
    return ((CdiFolder.Content.Devices) content).devices();
  }
}
