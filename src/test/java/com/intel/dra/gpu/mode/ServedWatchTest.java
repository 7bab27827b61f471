package com.intel.dra.gpu.mode;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.served.ResourceGroup;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServedWatchTest {

  private final ServedApi api = new ServedApi();
  private final List<String> consequences = new ArrayList<>();
  private ResourceGroup server;
  private KubernetesClient client;

  private final class Recorded implements ServedWatch.Consequences {
    @Override
    public void sameMode() {}

    @Override
    public void otherVersion() {
      consequences.add("version");
    }

    @Override
    public void otherMode(String reason) {
      consequences.add("mode: " + reason);
    }

    @Override
    public void unusable(String reason) {
      consequences.add("unusable: " + reason);
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new ResourceGroup();
    server.setRelease("v1.33.1");
    client = server.client();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private ServedWatch watch(DraMode mode) {
    return new ServedWatch(
        new DraModeChoice(DraModeSetting.AUTO, client, api), api, mode, new Recorded());
  }

  @Test
  void nothingHappensWhileTheSameIsServed() {
    server.serveOnly(ServedVersion.V1);
    api.use(ServedVersion.V1);
    ServedWatch watch = watch(DraMode.STRUCTURED);

    watch.look();
    watch.look();

    assertThat(consequences).isEmpty();
    assertThat(api.version()).contains(ServedVersion.V1);
  }

  @Test
  void anotherVersionOfTheModeIsUsedWhenTwoLooksSeeIt() {
    server.serveOnly(ServedVersion.V1BETA2);
    api.use(ServedVersion.V1BETA2);
    ServedWatch watch = watch(DraMode.STRUCTURED);
    watch.look();

    server.serve("v1", Set.of("resourceslices", "resourceclaims"));
    watch.look();
    assertThat(api.version()).contains(ServedVersion.V1BETA2);
    assertThat(consequences).isEmpty();

    watch.look();
    assertThat(api.version()).contains(ServedVersion.V1);
    assertThat(consequences).containsExactly("version");

    watch.look();
    assertThat(consequences).hasSize(1);
  }

  @Test
  void serversThatAnswerInTurnChangeNothing() {
    api.use(ServedVersion.V1BETA2);
    ServedWatch watch = watch(DraMode.STRUCTURED);

    for (int i = 0; i < 3; i++) {
      server.serveOnly(ServedVersion.V1BETA2);
      watch.look();
      server.serveOnly(ServedVersion.V1);
      watch.look();
    }

    assertThat(api.version()).contains(ServedVersion.V1BETA2);
    assertThat(consequences).isEmpty();
  }

  @Test
  void aVersionThatIsNotKnownYetIsUsedAtOnce() {
    ServedWatch watch = watch(DraMode.CLASSIC);
    server.setAway(true);
    watch.look();
    assertThat(api.version()).isEmpty();

    server.setAway(false);
    server.serveOnly(ServedVersion.V1ALPHA1);
    watch.look();

    assertThat(api.version()).contains(ServedVersion.V1ALPHA1);
    assertThat(consequences).containsExactly("version");
  }

  @Test
  void anotherModeIsToldAtEachLookUntilTheProcessEnds() {
    server.serveOnly(ServedVersion.V1ALPHA2);
    api.use(ServedVersion.V1ALPHA2);
    ServedWatch watch = watch(DraMode.CLASSIC);
    watch.look();

    server.serveOnly(ServedVersion.V1ALPHA3);
    watch.look();
    assertThat(consequences).isEmpty();

    watch.look();
    watch.look();
    assertThat(consequences)
        .hasSize(2)
        .allSatisfy(
            told ->
                assertThat(told)
                    .startsWith("mode: the API server now serves resource.k8s.io [v1alpha3]")
                    .contains("structured DRA", "this process uses classic DRA"));
    assertThat(api.version()).contains(ServedVersion.V1ALPHA2);
  }

  @Test
  void nothingToUseIsToldOnceAndWhatRunsGoesOn() {
    server.serveOnly(ServedVersion.V1BETA1);
    api.use(ServedVersion.V1BETA1);
    ServedWatch watch = watch(DraMode.STRUCTURED);
    watch.look();

    server.serveNothing();
    watch.look();
    assertThat(consequences).isEmpty();
    watch.look();
    watch.look();

    assertThat(consequences)
        .singleElement()
        .asString()
        .startsWith("unusable: the API server of Kubernetes 1.33.1")
        .contains("(it serves none)");
    assertThat(api.version()).contains(ServedVersion.V1BETA1);
  }
}
