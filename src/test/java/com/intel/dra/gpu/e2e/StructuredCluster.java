package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.structured.DeviceName;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster whose scheduler allocates devices itself (Kubernetes 1.31 and later). */
final class StructuredCluster extends RealCluster {

  private static final String EXPLAINER = "target/kubernetes/structured-explain";

  private static final String DRIVER = "gpu.intel.com";

  private final Topology shown;

  StructuredCluster(Topology topology) {
    super(topology);
    this.shown = topology;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    super.beforeEach(context);
    awaitPublished();
  }

  /** Waits until the slices of every node have the GPUs of the topology. */
  void awaitPublished() {
    eventually(
        "the GPUs of every node are published",
        () ->
            assertThat(NODES)
                .allSatisfy(
                    node ->
                        assertThat(deviceNames(node))
                            .filteredOn(name -> !name.contains("-vf") && !name.endsWith("-monitor"))
                            .isEqualTo(
                                shown.uids().stream().map(StructuredCluster::name).toList())));
  }

  /** Returns the name of the device with that UID in a ResourceSlice. */
  static String name(String uid) {
    return DeviceName.of(DeviceUid.parse(uid).orElseThrow()).toString();
  }

  /** Returns the versions of the slices, which change with each write of a slice. */
  List<String> sliceVersions(String node) {
    return slices(node).stream().map(slice -> slice.getMetadata().getResourceVersion()).toList();
  }

  /** Returns the node's slices of the highest generation, in their order. */
  List<ResourceSlice> slices(String node) {
    // not by the client's model of v1, which does not know how other versions arrange a device
    String answer =
        client.raw(
            "/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.driver%%3D%s,spec.nodeName%%3D%s"
                .formatted(DRIVER, node));
    List<ResourceSlice> all =
        ApiSpelling.json(answer)
            .path("items")
            .valueStream()
            .map(slice -> spelling().canonicalSlice(slice).toString())
            .map(slice -> client.getKubernetesSerialization().unmarshal(slice, ResourceSlice.class))
            .toList();
    long newest =
        all.stream().mapToLong(slice -> slice.getSpec().getPool().getGeneration()).max().orElse(0);
    return all.stream()
        .filter(slice -> slice.getSpec().getPool().getGeneration() == newest)
        .sorted(Comparator.comparing(slice -> slice.getMetadata().getName()))
        .toList();
  }

  /** Returns the node's published devices, in the order in which the scheduler tries them. */
  List<Device> devices(String node) {
    return slices(node).stream()
        .flatMap(slice -> Stream.ofNullable(slice.getSpec().getDevices()).flatMap(List::stream))
        .toList();
  }

  List<String> deviceNames(String node) {
    return devices(node).stream().map(Device::getName).toList();
  }

  Device device(String node, String name) {
    return devices(node).stream()
        .filter(device -> device.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not published on " + node));
  }

  /**
   * Permits claims in the test's namespace to have administrative access to devices that others
   * use.
   */
  void allowAdminAccess() {
    client
        .namespaces()
        .withName(namespace())
        .edit(
            namespace ->
                new NamespaceBuilder(namespace)
                    .editMetadata()
                    .addToLabels("resource.kubernetes.io/admin-access", "true")
                    .addToLabels("resource.k8s.io/admin-access", "true") // of 1.33
                    .endMetadata()
                    .build());
  }

  /** Takes that permission back, from claims that are made later. */
  void forbidAdminAccess() {
    Shell.kubectl(
        "label",
        "namespace",
        namespace(),
        "resource.kubernetes.io/admin-access-",
        "resource.k8s.io/admin-access-");
  }

  List<ResourceClaim> structuredClaims() {
    return client.resources(ResourceClaim.class).inNamespace(namespace()).list().getItems();
  }

  /**
   * Returns the devices that the scheduler allocated to the only claim of that name, or to the
   * pod's claim of that name.
   */
  List<DeviceRequestAllocationResult> given(String claim) {
    return structuredClaims().stream()
        .filter(
            candidate ->
                candidate.getMetadata().getName().equals(claim)
                    || candidate.getMetadata().getName().startsWith(claim + "-"))
        .filter(candidate -> candidate.getStatus() != null)
        .filter(candidate -> candidate.getStatus().getAllocation() != null)
        .flatMap(
            candidate -> candidate.getStatus().getAllocation().getDevices().getResults().stream())
        .toList();
  }

  void structuredClaim(String name, String spec) {
    apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec));
  }

  static String memory(String amount) {
    return "capacity: {requests: {memory: %s}}".formatted(amount);
  }

  static String claimNamed(String name) {
    return "resourceClaimName: " + name;
  }

  /** Starts the controller that says why pods wait; {@link #awaitExplainer()} waits for it. */
  void startExplainer() {
    Shell.kubectl("apply", "-k", EXPLAINER);
  }

  void awaitExplainer() {
    Shell.kubectl(
        "rollout",
        "status",
        "deployment/" + RealCluster.CONTROLLER,
        "-n",
        "default",
        "--timeout=120s");
  }

  void removeExplainer() {
    Shell.kubectl("delete", "-k", EXPLAINER, "--ignore-not-found", "--wait=false");
    Shell.kubectl("delete", "lease", RealCluster.CONTROLLER, "-n", "default", "--ignore-not-found");
  }

  /** Gives the claim, which is there, the status that is wanted, if one is. */
  void allocate(ResourceClaim wanted) {
    if (wanted.getStatus() == null) {
      return;
    }
    ResourceClaim made =
        client()
            .resources(ResourceClaim.class)
            .inNamespace(namespace())
            .withName(wanted.getMetadata().getName())
            .require();
    made.setStatus(wanted.getStatus());
    client().resource(made).updateStatus();
  }

  /** Makes a pod named "pod" that requests one of an extended resource and names no claim. */
  void podWithExtendedResource(String resource) {
    podWithExtendedResource("pod", resource);
  }

  void podWithExtendedResource(String name, String resource) {
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: main
              image: %s
              command: [sh, -c, "ls /dev/dri; sleep 3600"]
              resources: {limits: {%s: 1}}
        """
            .formatted(name, TestObjects.IMAGE, resource));
  }

  void awaitCards(String pod, String container, Integer... cards) {
    eventually(
        "%s of %s sees cards %s".formatted(container, pod, List.of(cards)),
        () -> assertThat(cards(pod, container)).containsExactly(cards));
  }

  /** Waits until each of the pods sees one card in its main container, and returns these. */
  Set<Integer> awaitOneCardEach(String... pods) {
    var all = new TreeSet<Integer>();
    for (String pod : pods) {
      eventually(pod + " sees its device", () -> assertThat(cards(pod, "main")).hasSize(1));
      all.addAll(cards(pod, "main"));
    }
    return all;
  }

  /** Returns the UIDs of the agents' pods, but for those that are ending. */
  Set<String> agentUids() {
    return podsOf(AGENT).stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toSet());
  }

  /** Waits until the scheduler reports that it finds no node for the pod. */
  void awaitUnschedulable(String pod) {
    eventually(
        pod + " finds no node",
        () ->
            assertThat(getPod(pod).getStatus().getConditions())
                .anySatisfy(
                    condition -> {
                      assertThat(condition.getType()).isEqualTo("PodScheduled");
                      assertThat(condition.getReason()).isEqualTo("Unschedulable");
                    }));
  }

  @Override
  void deleteClaims() {
    client.resources(ResourceClaim.class).inNamespace(namespace()).delete();
  }

  @Override
  List<String> claimNames() {
    return structuredClaims().stream().map(claim -> claim.getMetadata().getName()).toList();
  }

  @Override
  List<String> questionsAboutClaims() {
    return List.of(
        "get resourceclaims -o yaml -n " + namespace(),
        "get resourceslices -o yaml",
        "get deviceclasses -o yaml");
  }
}
