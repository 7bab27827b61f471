package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.NodeAnswer;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the explainer says of random clusters is what the scheduler does with their pods. The
 * properties {@code comparison.seed} and {@code comparison.clusters} choose other clusters, and
 * more of them; each has two pods, one for each node.
 */
@Tag("structured")
class StructuredSchedulerComparisonIT {

  private static final long FIRST = Long.getLong("comparison.seed", 1);
  private static final long CLUSTERS = Long.getLong("comparison.clusters", 25);
  private static final long CLUSTERS_AT_A_TIME = 40;

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @AfterEach
  void unlabel() {
    Shell.kubectl("label", "nodes", "--all", "zone-");
  }

  @Test
  void aPodFitsANodeExactlyWhenTheSchedulerBindsIt() {
    cluster.allowAdminAccess();
    Shell.kubectl("label", "node", "node1", "zone=a");
    Shell.kubectl("label", "node", "node2", "zone=b");

    var foretold = new TreeMap<String, String>();
    var seen = new TreeMap<String, String>();
    for (long first = FIRST; first < FIRST + CLUSTERS; first += CLUSTERS_AT_A_TIME) {
      compare(first, Math.min(FIRST + CLUSTERS, first + CLUSTERS_AT_A_TIME), foretold, seen);
    }

    assertThat(seen.keySet()).hasSameElementsAs(foretold.keySet());
    assertThat(foretold).allSatisfy((pod, answer) -> assertThat(seen.get(pod)).isEqualTo(answer));
    assertThat(foretold.values()).contains("bound", "Unschedulable", "SchedulerError");
  }

  private void compare(
      long first, long end, Map<String, String> foretold, Map<String, String> seen) {
    List<SeparateCase> cases =
        LongStream.range(first, end)
            .boxed()
            .flatMap(
                seed ->
                    Stream.of("n1", "n2")
                        .map(node -> SeparateCase.of(seed, node, cluster.namespace())))
            .toList();
    applyAll(cases, SeparateCase::classes);
    applyAll(cases, SeparateCase::slices);
    applyAll(cases, SeparateCase::claims);
    cases.stream().flatMap(one -> one.claims().stream()).forEach(cluster::allocate);

    ClusterView view = view();
    var explainer = new Explainer();
    cases.forEach(
        one -> foretold.put(one.pod().getMetadata().getName(), answer(explainer, view, one)));
    seen.putAll(results(cases));
    cluster.empty();
    cluster.deleteClusterWideObjects();
  }

  /**
   * Makes the pods and returns what the scheduler did with each. It watches them, because a pod
   * that tolerates the taint of its device for a while only may be bound, evicted and gone before a
   * look at the pods.
   */
  private Map<String, String> results(List<SeparateCase> cases) {
    var results = new ConcurrentHashMap<String, String>();
    try (var _ = watchResults(results)) {
      applyAll(cases, one -> List.of(one.pod()));
      cluster.eventually(
          "the scheduler has looked at each pod",
          () ->
              assertThat(results.keySet())
                  .containsAll(
                      cases.stream().map(one -> one.pod().getMetadata().getName()).toList()));
    }
    return results;
  }

  private Watch watchResults(Map<String, String> results) {
    return cluster
        .client()
        .pods()
        .inNamespace(cluster.namespace())
        .watch(
            new Watcher<>() {
              @Override
              public void eventReceived(Action action, Pod pod) {
                if (!result(pod).isEmpty()) {
                  results.put(pod.getMetadata().getName(), result(pod));
                }
              }

              @Override
              public void onClose(WatcherException cause) {
                // then the results are waited for in vain
              }
            });
  }

  private void applyAll(
      List<SeparateCase> cases, Function<SeparateCase, List<? extends HasMetadata>> objects) {
    cluster.apply(
        cases.stream()
            .flatMap(one -> objects.apply(one).stream())
            .map(Serialization::asYaml)
            .collect(Collectors.joining("---\n")));
  }

  private ClusterView view() {
    var client = cluster.client();
    return new ClusterView(
        client.nodes().list().getItems(),
        client.resources(ResourceSlice.class).list().getItems(),
        client.resources(DeviceClass.class).list().getItems(),
        client.resources(ResourceClaim.class).inAnyNamespace().list().getItems(),
        List.of(),
        List.of(),
        SchedulerFeatures.all());
  }

  private static String answer(Explainer explainer, ClusterView view, SeparateCase one) {
    return explainer.explain(view, one.pod()).nodes().stream()
        .filter(answer -> answer.node().equals(one.node()))
        .map(
            answer ->
                switch (answer) {
                  case NodeAnswer.Fits _ -> "bound";
                  case NodeAnswer.DoesNotFit _ -> "Unschedulable";
                  case NodeAnswer.Fails _ -> "SchedulerError";
                  case NodeAnswer.OfPlugin plugin -> plugin.toString();
                  case NodeAnswer.Excluded excluded -> excluded.toString();
                  case NodeAnswer.Unknown unknown -> unknown.toString();
                })
        .findFirst()
        .orElse("no answer");
  }

  /** Returns what the scheduler did with the pod, or nothing if it has not looked at it. */
  private static String result(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("PodScheduled"))
        .findFirst()
        .map(StructuredSchedulerComparisonIT::result)
        .orElse("");
  }

  private static String result(PodCondition scheduled) {
    return scheduled.getStatus().equals("True") ? "bound" : scheduled.getReason();
  }
}
