package com.intel.dra.gpu.nodeagent.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnableKubernetesMockClient(crud = true)
class KubeletReleaseTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource({
    "v1.26.0, false",
    "v1.30.14, false",
    "v1.31.0, true",
    "v1.32.0+k3s1, true",
    "v1.33.1, false",
    "v1.37.2, false",
    "unknown, false"
  })
  void theKubeletsOf131And132TakeOneInstance(String version, boolean expected) {
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node1")
                .endMetadata()
                .withNewStatus()
                .withNewNodeInfo()
                .withKubeletVersion(version)
                .endNodeInfo()
                .endStatus()
                .build())
        .create();

    assertThat(release().takesOneInstance()).isEqualTo(expected);
  }

  @Test
  void aNodeThatSaysNothingCountsAsNewer() {
    assertThat(release().takesOneInstance()).isFalse();
  }

  private KubeletRelease release() {
    return new KubeletRelease(client, TestingConfig.below(root), new ActingAgent(root));
  }
}
