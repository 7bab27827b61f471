package com.intel.dra.gpu.nodeagent.devices;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient(crud = true)
class UnusableGpusTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private final NodeDevices devices = new NodeDevices();
  private final VfHosts hosts = new VfHosts(new DeviceLock());
  private UnusableGpus unusable;

  @BeforeEach
  void aClaimIsPrepared() throws IOException {
    PreparedClaims prepared = PreparedClaims.open(root, AgentFixtures.BOOT);
    prepared.completeFrom(java.util.Map.of());
    prepared.put("a", new PreparedClaim("team", "claim", List.of(allocated(3))));
    unusable =
        new UnusableGpus(
            devices,
            hosts,
            prepared,
            new NodeEvents(client, TestingConfig.below(root), Clock.systemUTC()));
    devices.tell(List.of(facts(new GpuHealth.Healthy())));
    unusable.look();
  }

  private static GpuFacts facts(GpuHealth health) {
    return AgentFixtures.facts(
        DeviceUid.gpu(new PciAddress(0, 3, 0, 0), AgentFixtures.FLEX_170), health);
  }

  private List<Event> events() {
    return client.v1().events().inNamespace("default").list().getItems();
  }

  @Test
  void aGpuThatVanishesIsToldOfOnceWithItsClaims() {
    devices.tell(List.of());
    unusable.look();
    assertThat(events()).as("it may be back at once").isEmpty();
    unusable.look();
    unusable.look();

    assertThat(events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getInvolvedObject().getKind()).isEqualTo("Node");
              assertThat(event.getInvolvedObject().getName()).isEqualTo("node1");
              assertThat(event.getType()).isEqualTo("Warning");
              assertThat(event.getReason()).isEqualTo("GpuUnusable");
              assertThat(event.getMessage()).contains(uid(3), "the device is gone", "team/claim");
            });
  }

  @Test
  void aGpuThatComesBackIsToldOfToo() {
    devices.tell(List.of(facts(new GpuHealth.NoDrmNodes())));
    unusable.look();
    unusable.look();
    devices.tell(List.of(facts(new GpuHealth.Healthy())));
    unusable.look();
    unusable.look();

    assertThat(events())
        .extracting(Event::getReason)
        .containsExactlyInAnyOrder("GpuUnusable", "GpuUsable");
  }

  @Test
  void aGpuThatDoesNotAnswerIsToldOf() {
    hosts.set(
        facts(new GpuHealth.Healthy()).uid(),
        Optional.of(new VfHostState.Unknown("no answer within 5 s")));
    unusable.look();
    unusable.look();

    assertThat(events())
        .singleElement()
        .satisfies(event -> assertThat(event.getMessage()).contains("no answer within 5 s"));
  }
}
