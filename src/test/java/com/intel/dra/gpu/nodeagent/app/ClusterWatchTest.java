package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.DraModeSetting;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.MockedGasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.ApiServerLeaseStore;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.kit.served.ResourceGroup;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedVersion;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that is upgraded under an agent of classic DRA. */
@EnableKubernetesMockClient(crud = true)
class ClusterWatchTest {

  /** Stores the Events. */
  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private final ServedApi api = new ServedApi();
  private final AtomicInteger ends = new AtomicInteger();
  private ResourceGroup server;
  private KubernetesClient discovery;
  private PreparedClaims prepared;
  private SlicePublisher slices;
  private ClusterWatch watch;

  @BeforeEach
  void run() throws IOException {
    server = new ResourceGroup();
    server.setRelease("v1.30.14");
    server.serveOnly(ServedVersion.V1ALPHA2);
    api.use(ServedVersion.V1ALPHA2);
    discovery = server.client();
    TestingConfig config = TestingConfig.below(root);
    prepared = PreparedClaims.open(root.resolve("state"), AgentFixtures.BOOT);
    prepared.completeFrom(Map.of());
    var parts =
        new AgentParts(
            config,
            new MockedGasStore(client, config),
            new TestingGasInformer(config),
            new ActingAgent(root),
            new ApiServerLeaseStore(client, config, Clock.systemUTC()));
    slices = new SlicePublisher(client, parts.offer, parts.provisioner, parts.metrics, config);
    watch = watching(prepared);
  }

  private ClusterWatch watching(PreparedClaims claims) {
    return new ClusterWatch(
        new DraModeChoice(DraModeSetting.AUTO, discovery, api),
        api,
        DraMode.CLASSIC,
        claims,
        slices,
        new NodeEvents(client, TestingConfig.below(root), Clock.systemUTC()),
        ends::incrementAndGet);
  }

  @AfterEach
  void close() {
    slices.close();
    discovery.close();
    server.close();
  }

  private List<Event> events() {
    return client.v1().events().inNamespace("default").list().getItems();
  }

  private void upgradeTo131() {
    server.setRelease("v1.31.0");
    server.serveOnly(ServedVersion.V1ALPHA3);
  }

  @Test
  void withoutClaimsTheAgentEndsWhenTheModeChanges() {
    watch.look();
    assertThat(ends).hasValue(0);

    upgradeTo131();
    watch.look();
    watch.look();

    assertThat(ends).hasPositiveValue();
    assertThat(events()).isEmpty();
  }

  @Test
  void withClaimsItGoesOnUntilTheyAreReleased() throws IOException {
    prepared.put("a", new PreparedClaim("team", "claim", List.of(allocated(3))));
    upgradeTo131();
    watch.look();
    watch.look();
    watch.look();

    assertThat(ends).hasValue(0);
    assertThat(watch.problem()).isPresent();
    assertThat(events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("ClusterChanged");
              assertThat(event.getMessage()).contains("structured DRA", "team/claim", "1 claims");
            });

    prepared.remove("a");
    watch.look();
    assertThat(ends).hasPositiveValue();
  }

  @Test
  void whileTheRecordOfClaimsIsMissingItGoesOn() throws IOException {
    Files.delete(root.resolve("state").resolve(PreparedClaims.FILE_NAME));
    PreparedClaims lost = PreparedClaims.open(root.resolve("state"), AgentFixtures.BOOT);
    ClusterWatch watching = watching(lost);
    upgradeTo131();
    watching.look();
    watching.look();
    assertThat(ends).hasValue(0);
    assertThat(events())
        .extracting(Event::getMessage)
        .singleElement()
        .asString()
        .contains("when it is known which claims");

    lost.completeFrom(Map.of());
    watching.look();
    assertThat(ends).hasPositiveValue();
  }

  @Test
  void nothingUsableIsToldAndLeavesTheAgentAlone() {
    server.serveNothing();
    watch.look();
    watch.look();

    assertThat(ends).hasValue(0);
    assertThat(watch.problem()).hasValueSatisfying(why -> assertThat(why).contains("1.30.14"));
    assertThat(events())
        .singleElement()
        .satisfies(event -> assertThat(event.getReason()).isEqualTo("UnsupportedKubernetes"));

    server.serveOnly(ServedVersion.V1ALPHA2);
    watch.look();
    watch.look();
    assertThat(watch.problem()).as("it is over").isEmpty();
  }
}
