package com.intel.dra.gpu.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.client.WithoutManagedFields;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.structured.StructuredApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Measures the heap that the explainer needs for a large cluster: the objects as the controller's
 * informers keep them, and what it makes of them for its answers. Without a cluster. See
 * bench/explainer.
 */
final class ExplainerMemory {

  private static final int MIB = 1024 * 1024;
  private static final int CLAIMS_A_NODE = 10;
  private static final Duration SETTLING = Duration.ofMillis(200);

  private final KubernetesSerialization json;
  private final long empty;

  private ExplainerMemory() {
    var mapper = new ObjectMapper();
    new WithoutManagedFields().customize(mapper);
    new WithoutUnusedFields(true).customize(mapper);
    this.json = new KubernetesSerialization(mapper, true);
    kept(Node.class, node(0)); // loads classes
    this.empty = used();
  }

  /**
   * Prints what it measures.
   *
   * @param arguments the number of nodes, and the row of bench/structured that says what they
   *     publish
   */
  public static void main(String[] arguments) {
    new ExplainerMemory()
        .measure(Integer.parseInt(arguments[0]), StructuredRow.parse(arguments[1]));
  }

  private void measure(int nodes, StructuredRow row) {
    System.out.printf(
        "%d nodes of %d GPUs, %d claims, row %s; heap of %d MiB at most%n",
        nodes,
        StructuredSlices.GPUS,
        nodes * CLAIMS_A_NODE,
        row.name(),
        Runtime.getRuntime().maxMemory() / MIB);
    List<ResourceSlice> slices = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      StructuredSlices.of(row, name(node), "uid-" + node).stream()
          .map(Serialization::asJson)
          .map(text -> kept(ResourceSlice.class, text))
          .forEach(slices::add);
    }
    tell("slices (%d)".formatted(slices.size()));
    List<ResourceClaim> claims = all(ResourceClaim.class, nodes * CLAIMS_A_NODE, this::claim);
    tell("with the claims");
    var view =
        new ClusterView(
            all(Node.class, nodes, ExplainerMemory::node),
            slices,
            List.of(kept(DeviceClass.class, DEVICE_CLASS)),
            claims,
            List.of(),
            List.of(),
            SchedulerFeatures.all());
    tell("with the nodes: all that informers keep");

    var explainer = new Explainer();
    PodExplanation first = explain(explainer, view, "first question");
    System.out.println("  " + first.summary());
    tell("with what the explainer keeps of the cluster");
    explain(explainer, view, "next question");
    tell("after it");
    if (first.nodes().size() != nodes || view.claims().size() != claims.size()) {
      throw new IllegalStateException("not each node has its answer");
    }
  }

  private PodExplanation explain(Explainer explainer, ClusterView view, String what) {
    Instant begun = Instant.now();
    PodExplanation answer =
        explainer.explain(
            view,
            Serialization.unmarshal(
                """
                {"metadata": {"namespace": "team", "name": "late", "uid": "late"},
                 "spec": {"resourceClaims": [{"name": "gpu", "resourceClaimName": "late"}]}}
                """,
                Pod.class));
    System.out.printf("%-45s %7d ms%n", what, Duration.between(begun, Instant.now()).toMillis());
    return answer;
  }

  private <T extends HasMetadata> List<T> all(Class<T> kind, int count, IntFunction<String> text) {
    return IntStream.range(0, count).mapToObj(i -> kept(kind, text.apply(i))).toList();
  }

  private <T extends HasMetadata> T kept(Class<T> kind, String text) {
    return json.unmarshal(text, kind);
  }

  private void tell(String what) {
    System.out.printf("%-45s %7d MiB%n", what, (used() - empty) / MIB);
  }

  /** After collections, until they change nothing. */
  private static long used() {
    long last = Long.MAX_VALUE;
    for (int i = 0; i < CLAIMS_A_NODE; i++) {
      System.gc();
      try {
        Thread.sleep(SETTLING);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      if (Math.abs(last - now) < MIB) {
        return now;
      }
      last = now;
    }
    return last;
  }

  private static String name(int node) {
    return "node-%04d".formatted(node);
  }

  private static final String DEVICE_CLASS =
      """
      {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": "gpu.intel.com"},
       "spec": {"selectors": [{"cel": {"expression": "device.driver == 'gpu.intel.com'"}}]}}
      """;

  private static String node(int number) {
    return """
    {"apiVersion": "v1", "kind": "Node",
     "metadata": {"name": "%1$s", "uid": "node-uid-%1$s", "resourceVersion": "1", "labels": {
       "kubernetes.io/hostname": "%1$s", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
       "topology.kubernetes.io/zone": "zone-a", "topology.kubernetes.io/region": "region-a",
       "node.kubernetes.io/instance-type": "large"}},
     "spec": {"podCIDR": "10.0.0.0/24", "providerID": "example://%1$s"},
     "status": {"allocatable": {"cpu": "64", "memory": "512Gi", "pods": "110"}}}
    """
        .formatted(name(number));
  }

  /** Each has a device of its node, whole; the last one of the cluster waits. */
  private String claim(int number) {
    int node = number / CLAIMS_A_NODE;
    int ofNode = number % CLAIMS_A_NODE;
    String allocation =
        ofNode >= StructuredSlices.GPUS
            ? ""
            : """
            , "status": {"reservedFor": [{"resource": "pods", "name": "pod-%1$d", "uid": "pod-uid-%1$d"}],
              "allocation": {"devices": {"results": [{"request": "gpu", "driver": "%2$s", "pool": "%3$s",
                "device": "%4$s"}]}, "nodeSelector": {"nodeSelectorTerms": [{"matchFields":
                [{"key": "metadata.name", "operator": "In", "values": ["%3$s"]}]}]}}}
            """
                .formatted(number, StructuredApi.DRIVER_NAME, name(node), device(ofNode));
    return """
    {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"namespace": "team",
      "name": "%1$s", "uid": "claim-uid-%2$d", "resourceVersion": "1", "finalizers":
      ["resource.kubernetes.io/delete-protection"], "ownerReferences": [{"apiVersion": "v1", "kind": "Pod",
      "name": "pod-%2$d", "uid": "pod-uid-%2$d", "controller": true}]},
     "spec": {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.intel.com",
       "allocationMode": "ExactCount", "count": 1, "selectors": [{"cel": {"expression":
       "device.attributes['gpu.intel.com'].type == 'gpu'"}}]}}]}}%3$s}
    """
        .formatted(number == CLAIMS_A_NODE - 1 ? "late" : "claim-" + number, number, allocation);
  }

  /** As StructuredSlices names the GPUs. */
  private static String device(int gpu) {
    return "0000-%02x-00-0-0x56c0".formatted(0x10 + gpu);
  }
}
