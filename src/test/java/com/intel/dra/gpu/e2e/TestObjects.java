package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The objects that a test makes, changes and deletes, in a namespace of its own. */
abstract class TestObjects {

  /** Where a pod is to run. */
  static final String ON_NODE1 = "nodeSelector: {kubernetes.io/hostname: node1}";

  static final String IMAGE = "registry.k8s.io/e2e-test-images/busybox:1.29-2";

  final KubernetesClient client;
  private final ApiSpelling spelling;
  private final List<HasMetadata> clusterWide = new ArrayList<>();

  /**
   * @param spelling of resource.k8s.io in this cluster; tests write v1alpha2, or v1 in structured
   *     mode
   */
  TestObjects(KubernetesClient client, ApiSpelling spelling) {
    this.client = client;
    this.spelling = spelling;
  }

  ApiSpelling spelling() {
    return spelling;
  }

  abstract String namespace();

  KubernetesClient client() {
    return client;
  }

  /**
   * Creates those objects in the test's namespace; objects without a namespace are deleted after
   * the test.
   */
  void apply(String yaml) {
    List<HasMetadata> created =
        client
            .load(new ByteArrayInputStream(spelling.spelled(yaml).getBytes(StandardCharsets.UTF_8)))
            .inNamespace(namespace())
            .create();
    created.stream()
        .filter(object -> object.getMetadata().getNamespace() == null)
        .forEach(clusterWide::add);
  }

  /** Creates objects in the driver's namespace; nothing deletes them after the test. */
  void applyInDriverNamespace(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .create();
  }

  void applyFile(Path file) throws IOException {
    apply(Files.readString(file));
  }

  void parameters(String name, String spec) {
    apply(
        """
        apiVersion: gpu.dra.intel.com/v1alpha
        kind: GpuClaimParameters
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec));
  }

  void template(String name, String parameters) {
    template(name, "gpu.dra.intel.com", parameters);
  }

  /**
   * @param apiGroup of the parameters; the driver also accepts it followed by the version
   */
  void template(String name, String apiGroup, String parameters) {
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaimTemplate
        metadata: {name: %s}
        spec:
          spec:
            resourceClassName: intel-gpu
            parametersRef: {apiGroup: %s, kind: GpuClaimParameters, name: %s}
        """
            .formatted(name, apiGroup, parameters));
  }

  void claim(String name, String parameters, String mode) {
    claim(name, "intel-gpu", "gpu.dra.intel.com", "GpuClaimParameters", parameters, mode);
  }

  void claim(
      String name, String className, String group, String kind, String parameters, String mode) {
    apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClaim
        metadata: {name: %s}
        spec:
          resourceClassName: %s
          allocationMode: %s
          parametersRef: {apiGroup: %s, kind: %s, name: %s}
        """
            .formatted(name, className, mode, group, kind, parameters));
  }

  /**
   * Makes a pod with one container that lists its DRM nodes and sleeps.
   *
   * @param where a fragment of the pod's spec, for example {@code nodeName: node1}; may be empty
   * @param sources by name in the pod, for example {@code {resourceClaimName: x}}
   */
  void pod(String name, String where, Map<String, String> sources) {
    pod(name, where, List.of(container("main", sources.keySet().toArray(String[]::new))), sources);
  }

  /**
   * Makes a pod with those containers.
   *
   * @param where fragments of the pod's spec, a line each
   */
  void pod(String name, String where, List<String> containers, Map<String, String> sources) {
    apply(name, where, containers, entries(sources, "{name: %s, source: %s}"));
  }

  private static String entries(Map<String, String> claims, String form) {
    return claims.entrySet().stream()
        .map(entry -> form.formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private void apply(String name, String where, List<String> containers, String claims) {
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
        %s
          containers: [%s]
          resourceClaims: [%s]
        """
            .formatted(
                name, where.indent(2).stripTrailing(), String.join(", ", containers), claims));
  }

  /**
   * Makes a template for claims with that spec.
   *
   * @param spec of the claim, for example {@code {devices: {requests: [...]}}}
   */
  void structuredTemplate(String name, String spec) {
    apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaimTemplate
        metadata: {name: %s}
        spec: {spec: %s}
        """
            .formatted(name, spec));
  }

  /**
   * Returns the spec of a claim with one request for one device of that class; {@code more} may be
   * empty.
   */
  static String one(String deviceClass, String more) {
    return "{devices: {requests: [{name: gpu, exactly: {deviceClassName: %s%s}}]}}"
        .formatted(deviceClass, more.isEmpty() ? "" : ", " + more);
  }

  static String template(String name) {
    return "resourceClaimTemplateName: " + name;
  }

  /** Makes a pod with one container that uses all the claims. */
  void structuredPod(String name, String where, Map<String, String> claims) {
    structuredPod(
        name, where, List.of(container("main", claims.keySet().toArray(String[]::new))), claims);
  }

  /**
   * @param claims by name in the pod, for example {@code resourceClaimName: x}
   */
  void structuredPod(
      String name, String where, List<String> containers, Map<String, String> claims) {
    apply(name, where, containers, entries(claims, "{name: %s, %s}"));
  }

  /**
   * Returns a container that lists its DRM nodes, then sleeps, and uses those claims, by their name
   * in the pod.
   */
  static String container(String name, String... claims) {
    return containerThat(name, "ls /dev/dri; sleep 3600", claims);
  }

  /** Returns a container that runs a shell command, which must not contain double quotes. */
  static String containerThat(String name, String command, String... claims) {
    String uses =
        Stream.of(claims).map(claim -> "{name: " + claim + "}").collect(Collectors.joining(", "));
    return "{name: %s, image: %s, command: [sh, -c, \"%s\"], resources: {claims: [%s]}}"
        .formatted(name, IMAGE, command, uses);
  }

  static String ofTemplate(String template) {
    return "{resourceClaimTemplateName: %s}".formatted(template);
  }

  static String ofClaim(String claim) {
    return "{resourceClaimName: %s}".formatted(claim);
  }

  /** Changes an object of the test's namespace by a JSON merge patch. */
  void change(Class<? extends HasMetadata> kind, String name, String patch) {
    client
        .resources(kind)
        .inNamespace(namespace())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  void delete(Class<? extends HasMetadata> kind, String name) {
    client.resources(kind).inNamespace(namespace()).withName(name).delete();
  }

  void deleteClaim(String name) {
    delete(ResourceClaim.class, name);
  }

  void deletePod(String name) {
    client.pods().inNamespace(namespace()).withName(name).withGracePeriod(1).delete();
  }

  /** Makes a class of this driver with parameters that select some devices; both have that name. */
  void resourceClass(String name, String deviceSelector) {
    apply(
        """
        apiVersion: gpu.dra.intel.com/v1alpha
        kind: DeviceClassParameters
        metadata: {name: %s}
        spec: {deviceSelector: %s}
        ---
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClass
        metadata: {name: %s}
        driverName: gpu.dra.intel.com
        parametersRef: {apiGroup: gpu.dra.intel.com, kind: DeviceClassParameters, name: %s}
        """
            .formatted(name, deviceSelector, name, name));
  }

  void deleteClusterWideObjects() {
    clusterWide.reversed().forEach(object -> client.resource(object).delete());
    clusterWide.clear();
  }
}
