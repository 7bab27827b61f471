package com.intel.dra.gpu.mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.kit.served.ResourceGroup;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DraModeChoiceTest {

  private final ServedApi api = new ServedApi();
  private final Told told = new Told();
  private ResourceGroup server;
  private KubernetesClient client;

  private static final class Told implements DraModeChoice.Listener {
    private final List<String> waiting = new CopyOnWriteArrayList<>();
    private final List<String> unusable = new CopyOnWriteArrayList<>();

    @Override
    public void waiting(String reason) {
      waiting.add(reason);
    }

    @Override
    public void unusable(String reason) {
      unusable.add(reason);
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new ResourceGroup();
    client = server.client();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private DraModeChoice choice(DraModeSetting setting) {
    return new DraModeChoice(setting, client, api);
  }

  private CompletableFuture<DraMode> made(DraModeSetting setting, Optional<DraMode> before) {
    var made = new CompletableFuture<DraMode>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                made.complete(choice(setting).make(() -> before, told));
              } catch (InterruptedException e) {
                made.completeExceptionally(e);
              }
            });
    return made;
  }

  @ParameterizedTest
  @EnumSource(ServedVersion.class)
  void theModeAndTheVersionFollowFromWhatIsServed(ServedVersion version) throws Exception {
    server.serveOnly(version);

    DraMode mode = choice(DraModeSetting.AUTO).make(Optional::empty, told);

    assertThat(mode).isEqualTo(version.isStructured() ? DraMode.STRUCTURED : DraMode.CLASSIC);
    assertThat(api.version()).contains(version);
    assertThat(told.waiting).isEmpty();
    assertThat(told.unusable).isEmpty();
  }

  @Test
  void theSettingCountsAndTheVersionIsStillFound() throws Exception {
    server.serveOnly(ServedVersion.V1ALPHA1);

    assertThat(choice(DraModeSetting.CLASSIC).make(Optional::empty, told))
        .isEqualTo(DraMode.CLASSIC);
    assertThat(api.version()).contains(ServedVersion.V1ALPHA1);
  }

  @Test
  void theSettingCountsAlsoWhereItsVersionsAreNotServed() throws Exception {
    server.setRelease("v1.37.2");
    server.serveOnly(ServedVersion.V1);

    assertThat(choice(DraModeSetting.CLASSIC).make(Optional::empty, told))
        .isEqualTo(DraMode.CLASSIC);
    assertThat(api.version()).isEmpty();
    assertThat(told.unusable)
        .singleElement()
        .asString()
        .contains("in classic mode (gpu.dra-mode)", "it serves v1");
  }

  @Test
  void whileTheApiServerIsAwayTheModeIsThatOfTheLastRun() throws Exception {
    server.setAway(true);

    assertThat(choice(DraModeSetting.AUTO).make(() -> Optional.of(DraMode.STRUCTURED), told))
        .isEqualTo(DraMode.STRUCTURED);
    assertThat(api.version()).isEmpty();
    assertThat(told.waiting).isEmpty();
  }

  @Test
  void withoutALastRunItWaitsForTheApiServer() throws Exception {
    server.setAway(true);
    CompletableFuture<DraMode> made = made(DraModeSetting.AUTO, Optional.empty());
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(told.waiting).isNotEmpty());
    assertThat(told.unusable).isEmpty();

    server.serveOnly(ServedVersion.V1BETA1);
    server.setAway(false);

    assertThat(made.get()).isEqualTo(DraMode.STRUCTURED);
    assertThat(api.version()).contains(ServedVersion.V1BETA1);
  }

  @Test
  void whatCannotBeUsedIsToldOnceAndNotTakenForTheLastMode() throws Exception {
    server.setRelease("v1.33.1");
    server.serve("v1alpha3", Set.of("devicetaintrules"));
    CompletableFuture<DraMode> made = made(DraModeSetting.AUTO, Optional.of(DraMode.CLASSIC));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(told.waiting).isNotEmpty());

    server.serveOnly(ServedVersion.V1BETA2);

    assertThat(made.get()).isEqualTo(DraMode.STRUCTURED);
    assertThat(told.unusable)
        .containsExactly(
            "the API server of Kubernetes 1.33.1 serves no version of resource.k8s.io that this"
                + " driver uses (it serves v1alpha3); the driver works on Kubernetes 1.26 to 1.37:"
                + " switch on the feature gate DynamicResourceAllocation of API server, controller"
                + " manager, scheduler and kubelets, and start the API server with"
                + " --runtime-config=resource.k8s.io/v1beta1=true");
    assertThat(told.waiting).containsExactlyElementsOf(told.unusable);
  }

  @Test
  void aProxyWithoutAnApiServerIsNotToldAsAnEvent() throws Exception {
    CompletableFuture<DraMode> made = made(DraModeSetting.AUTO, Optional.empty());
    await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(told.waiting).hasSize(1));

    server.serveOnly(ServedVersion.V1);

    assertThat(made.get()).isEqualTo(DraMode.STRUCTURED);
    assertThat(told.unusable).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v1.25.16        | this release is too old, upgrade the cluster
          v1.26.0         | --runtime-config=resource.k8s.io/v1alpha1=true
          v1.27.4         | --runtime-config=resource.k8s.io/v1alpha2=true
          v1.30.14        | --runtime-config=resource.k8s.io/v1alpha2=true
          v1.31.0         | --runtime-config=resource.k8s.io/v1alpha3=true
          v1.32.0         | --runtime-config=resource.k8s.io/v1beta1=true
          v1.33.1-gke.1   | --runtime-config=resource.k8s.io/v1beta1=true
          v1.34.4         | remove resource.k8s.io/v1=false
          v1.37.2         | remove resource.k8s.io/v1=false
          v1.38.0-alpha.1 | this release is newer, use a newer driver
          """)
  void theAdviceIsThatForTheRelease(String release, String advice) throws Exception {
    server.setRelease(release);
    server.serve("v9", Set.of("resourceclaims"));

    choice(DraModeSetting.CLASSIC).make(Optional::empty, told);

    assertThat(told.unusable)
        .singleElement()
        .asString()
        .contains("Kubernetes " + release.substring(1, release.indexOf('.', 4)))
        .contains("(it serves v9)", "works on Kubernetes 1.26 to 1.37", advice)
        .doesNotContain("\n");
  }
}
