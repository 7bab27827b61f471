package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules may withhold a GPU by labels of its node, which are not known at the start. */
class UnknownLabelsTest {

  @TempDir Path root;

  @Test
  void nothingIsPublishedBeforeTheLabelsAreKnownThatARuleNeeds() throws IOException {
    VfNode node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    node.flex170(3);
    node.start();
    node.settle();
    node.agent.policies.follow(new PolicyRules(List.of(withheldOnDesktops())));
    try (var server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(500, ""));
        KubernetesClient client = server.client()) {
      var slices =
          new SlicePublisher(
              client, node.agent.offer, node.agent.provisioner, node.agent.metrics, node.config());

      slices.refresh();
      assertThat(server.requests()).isEmpty();

      node.agent.policies.setLabels(Map.of());
      slices.refresh();
      assertThat(server.requests()).as("the release, before slices").isNotEmpty();
      slices.close();
    }
  }

  private static PolicyRule withheldOnDesktops() {
    return new PolicyRule(
        "desktops",
        new RuleMatch(
            Set.of(), Map.of("pool", "desktop"), Set.of(), Set.of(), Set.of(), Optional.empty()),
        Optional.of(false),
        Optional.empty(),
        Optional.empty());
  }
}
