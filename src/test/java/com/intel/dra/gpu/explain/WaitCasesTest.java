package com.intel.dra.gpu.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each case alone; StructuredWaitReasonsIT has them all in a cluster, with its scheduler. */
class WaitCasesTest {

  @ParameterizedTest
  @MethodSource("com.intel.dra.gpu.explain.WaitCases#all")
  void saysWhatIsMissing(WaitCase wait) {
    Pod pod = read(wait.podYaml(), Pod.class);
    pod.getMetadata().setNamespace("team");

    PodExplanation explanation = new Explainer().explain(view(wait), pod);

    assertThat(explanation.summary()).isEqualTo(wait.expected("team", 1, wait.name()));
  }

  private static ClusterView view(WaitCase wait) {
    List<String> objects =
        Stream.concat(Stream.of(WaitCase.CLASS), wait.objectsYaml().stream()).toList();
    return new ClusterView(
        List.of(read(wait.nodeYaml(), Node.class)),
        all(objects, ResourceSlice.class),
        all(objects, DeviceClass.class),
        all(objects, ResourceClaim.class),
        all(objects, ResourceClaimTemplate.class),
        objects.stream().flatMap(yaml -> rule(yaml).stream()).toList(),
        SchedulerFeatures.all());
  }

  private static <T> T read(String yaml, Class<T> type) {
    return Serialization.unmarshal("---\n" + yaml, type);
  }

  private static <T extends HasMetadata> List<T> all(List<String> objects, Class<T> type) {
    return objects.stream()
        .filter(yaml -> yaml.contains("kind: %s\n".formatted(type.getSimpleName())))
        .map(yaml -> read(yaml, type))
        .map(WaitCasesTest::completed)
        .toList();
  }

  /** As the API server would. */
  private static <T extends HasMetadata> T completed(T object) {
    if (object instanceof ResourceClaim claim) {
      claim.getMetadata().setNamespace("team");
      claim.getMetadata().setUid(claim.getMetadata().getName());
      if (!claim.getMetadata().getFinalizers().isEmpty()) {
        claim.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
      }
    }
    return object;
  }

  private static Optional<TaintRule> rule(String yaml) {
    if (!yaml.contains("kind: DeviceTaintRule\n")) {
      return Optional.empty();
    }
    GenericKubernetesResource object = read(yaml, GenericKubernetesResource.class);
    String taint = Serialization.asJson(object.get("spec", "taint"));
    return Optional.of(
        new TaintRule(
            object.getMetadata().getName(),
            Optional.of(object.get("spec", "deviceSelector", "driver")),
            Optional.of(object.get("spec", "deviceSelector", "pool")),
            Optional.empty(),
            Serialization.unmarshal(taint, DeviceTaint.class)));
  }
}
