package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Helm chart installs the same objects as the overlays, field by field. These differences are
 * permitted: the labels that name Helm, the annotation by which Helm keeps the definitions, the
 * ResourceClass, which users of the classic overlays apply separately, and the hook that deletes
 * the Lease of the controllers. Needs the build, but no cluster.
 */
class ChartIT {

  private static final String LEASE = "Lease leader.intel-gpu-controller";
  private static final String KEEP = "helm.sh/resource-policy: keep";

  @ParameterizedTest
  @CsvSource({
    "target/kubernetes, mode=classic",
    "deploy/overlays/simulator, simulator.enabled=true",
    "deploy/overlays/drm-memory, nodeAgent.drmMemory=true",
    "deploy/overlays/nfd, nodeAgent.nfd=true",
    "deploy/overlays/hardened, nodeRestriction=always",
  })
  void classicModeIsWhatTheOverlayIs(String overlay, String value) throws IOException {
    Map<String, JsonNode> wanted = objects(Shell.kubectl("kustomize", overlay));
    wanted.putAll(objects(Files.readString(Path.of("deploy/resource-class.yaml"))));

    Map<String, JsonNode> rendered = objects(Chart.template(value));

    assertThat(rendered.remove(LEASE)).isNotNull();
    assertSame(rendered, wanted);
  }

  @ParameterizedTest
  @CsvSource({
    "structured, mode=structured",
    "structured-simulator, simulator.enabled=true",
    "structured-drm-memory, nodeAgent.drmMemory=true",
    "structured-nfd, nodeAgent.nfd=true",
    "structured-claim-status, nodeAgent.claimStatus=true",
    "structured-extended-resources, 'extendedResources={gpu.intel.com/i915,gpu.intel.com/xe,intel.com/gpu}'",
    "structured-take-over, nodeAgent.takeOver=true",
  })
  void structuredModeIsWhatTheOverlayIs(String overlay, String value) throws IOException {
    assertSame(
        objects(Chart.template("mode=structured", value)),
        objects(Shell.kubectl("kustomize", "deploy/overlays/" + overlay)));
  }

  @Test
  void structuredModeWithTheExplainerIsWhatTheOverlayIs() throws IOException {
    Map<String, JsonNode> rendered =
        objects(Chart.template("mode=structured", "controller.explain=true"));

    assertThat(rendered.remove(LEASE)).isNotNull();
    assertSame(rendered, objects(Shell.kubectl("kustomize", "deploy/overlays/structured-explain")));
  }

  @ParameterizedTest
  @CsvSource({
    "1.31.0, v1alpha3, structured-1.31",
    "1.32.0, v1beta1, structured-1.32",
    "1.33.1, v1beta2, structured-1.33",
    "1.34.4, v1, structured",
    "1.37.2, v1, structured",
  })
  void structuredModeFollowsTheVersionThatIsServed(String kubernetes, String served, String overlay)
      throws IOException {
    assertSame(
        objects(Chart.templateFor(kubernetes, served + "/DeviceClass")),
        objects(Shell.kubectl("kustomize", "deploy/overlays/" + overlay)));
  }

  @Test
  void monitorsComeWithTheirPolicyWhereItIsServed() throws IOException {
    String[] values = {"mode=structured", "nodeAgent.monitors=true"};
    Map<String, JsonNode> overlay =
        objects(Shell.kubectl("kustomize", "deploy/overlays/structured-monitors"));

    assertSame(
        objects(
            Chart.templateServed(
                "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy", values)),
        overlay);

    assertSame(objects(Chart.template(values)), overlay);

    overlay.keySet().removeIf(name -> name.startsWith("MutatingAdmissionPolicy"));
    assertSame(objects(Chart.templateAt(Chart.FOLDER, "1.35.4", values)), overlay);
  }

  @Test
  void anyNameOfAnExtendedResourceGetsAClassOfItsOwn() throws IOException {
    Map<String, JsonNode> classes =
        objects(
            Chart.extendedResourcesFor(
                "1.37.2", "v1/DeviceClass", "example.com/gpus", "example.com/xe"));

    assertThat(classes.keySet())
        .containsExactly("DeviceClass example.com-gpus", "DeviceClass example.com-xe");
    assertThat(get(classes, "DeviceClass example.com-gpus").path("spec").toString())
        .contains("\"extendedResourceName\":\"example.com/gpus\"")
        .doesNotContain("xe");
    assertThat(get(classes, "DeviceClass example.com-xe").path("spec").toString())
        .contains("\"extendedResourceName\":\"example.com/xe\"")
        .contains("attributes[\\\"gpu.intel.com\\\"].driver == \\\"xe\\\"");
  }

  @ParameterizedTest
  @CsvSource({"1.30.14, v1alpha2/ResourceClass", "1.33.1, v1beta2/DeviceClass"})
  void whereThereAreNoExtendedResourcesTheChartSaysSo(String kubernetes, String served) {
    assertThatThrownBy(() -> Chart.extendedResourcesFor(kubernetes, served, "intel.com/gpu"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "extendedResources needs structured mode on Kubernetes 1.34 or later: leave it empty on v"
                + kubernetes);
  }

  @Test
  void twoExtendedResourcesOfOneClassAreRefused() {
    assertThatThrownBy(
            () -> Chart.extendedResourcesFor("1.37.2", "v1/DeviceClass", "a-b/c", "x/y", "a/b-c"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "extendedResources has a-b/c and a/b-c, which would both be the DeviceClass a-b-c:"
                + " remove one");
  }

  @Test
  void withoutSurgeOneAgentEndsBeforeTheNextBegins() throws IOException {
    JsonNode agents =
        get(
            objects(Chart.template("mode=structured", "nodeAgent.surge=false")),
            "DaemonSet intel-gpu-node-agent");

    assertThat(agents.path("spec").path("updateStrategy").path("rollingUpdate").toString())
        .isEqualTo("{\"maxSurge\":0,\"maxUnavailable\":1}");
    assertThat(environment(agents.path("spec").path("template").path("spec")))
        .doesNotContainKey("POD_UID");
  }

  @ParameterizedTest
  @CsvSource({
    "1.26.0, v1alpha1, target/kubernetes",
    "1.27.4, v1alpha2, target/kubernetes",
    "1.30.14, v1alpha2, deploy/overlays/hardened",
  })
  void classicModeFollowsTheVersionThatIsServed(String kubernetes, String served, String overlay)
      throws IOException {
    Map<String, JsonNode> wanted = objects(Shell.kubectl("kustomize", overlay));
    wanted.putAll(objects(Shell.run("deploy/spell", kubernetes, "deploy/resource-class.yaml")));

    Map<String, JsonNode> rendered =
        objects(Chart.templateFor(kubernetes, served + "/ResourceClass"));

    assertThat(rendered.remove(LEASE)).isNotNull();
    assertSame(rendered, wanted);
  }

  /**
   * In 1.34 and later, v1alpha3 has other kinds only, and v1alpha1 of 1.26 is of no other release.
   */
  @ParameterizedTest
  @CsvSource({
    "1.29.0, v1alpha1/ResourceClass",
    "1.31.0, v1alpha2/ResourceClass",
    "1.34.4, v1alpha3/DeviceTaintRule",
  })
  void aClusterThatServesNothingOfThisDriverIsRefusedBySayingWhatToDo(
      String kubernetes, String served) {
    assertThatThrownBy(() -> Chart.templateFor(kubernetes, served))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Kubernetes v" + kubernetes + " serves no version of resource.k8s.io")
        .hasMessageContaining("docs/reference/kubernetes-versions.md");
  }

  /** The folders of k0s: the kubelet looks for sockets there, and passes these very paths on. */
  @ParameterizedTest
  @CsvSource({
    "classic, host-folders, gpu.dra.intel.com",
    "structured, structured-host-folders, gpu.intel.com",
  })
  void otherFoldersOfTheNodesMoveMountsAndSettingsTogether(
      String mode, String overlay, String driver, @TempDir Path folder) throws IOException {
    Map<String, JsonNode> rendered =
        objects(
            Chart.template(
                "mode=" + mode, "kubeletDir=/var/lib/k0s/kubelet", "cdiDir=/run/other/cdi"));

    JsonNode agent = agent(rendered);
    assertThat(environment(agent))
        .containsEntry("GPU_PLUGINS_DIR", "/var/lib/k0s/kubelet/plugins")
        .containsEntry("GPU_REGISTRY_DIR", "/var/lib/k0s/kubelet/plugins_registry")
        .containsEntry("GPU_CDI_ROOT", "/run/other/cdi");
    Map<String, String> hostPaths =
        paths(agent.path("volumes"), volume -> volume.path("hostPath").path("path"));
    assertThat(hostPaths)
        .containsEntry("plugin", "/var/lib/k0s/kubelet/plugins/" + driver)
        .containsEntry("plugins-registry", "/var/lib/k0s/kubelet/plugins_registry")
        .containsEntry("cdi", "/run/other/cdi");
    assertThat(hostPaths.values()).noneMatch(path -> path.startsWith("/var/lib/kubelet"));
    Map<String, String> mounts =
        paths(
            agent.path("containers").path(0).path("volumeMounts"),
            mount -> mount.path("mountPath"));
    for (String name : List.of("plugin", "plugins-registry", "cdi")) {
      assertThat(mounts).containsEntry(name, hostPaths.get(name));
    }
    assertThat(agent)
        .as("the component does the same")
        .isEqualTo(agent(objects(withOtherFolders(overlay, folder))));
  }

  /** Returns the overlay with the two lines of the component changed. */
  private static String withOtherFolders(String overlay, Path folder) throws IOException {
    Files.createDirectory(folder.resolve("target"));
    Shell.run("cp", "-r", "target/kubernetes", folder.resolve("target").toString());
    Shell.run("cp", "-r", "deploy", folder.toString());
    Path folders = folder.resolve("deploy/components/host-folders/folders.yaml");
    Files.writeString(
        folders,
        Files.readString(folders)
            .replace("kubeletDir: /var/lib/kubelet", "kubeletDir: /var/lib/k0s/kubelet")
            .replace("cdiDir: /var/run/cdi", "cdiDir: /run/other/cdi"));
    return Shell.kubectl("kustomize", folder.resolve("deploy/overlays/" + overlay).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "GPU_PLUGINS_DIR, kubeletDir",
    "GPU_PLUGIN_DIR, kubeletDir",
    "GPU_REGISTRY_DIR, kubeletDir",
    "GPU_CDI_ROOT, cdiDir",
  })
  void aSettingThatWouldLeaveItsMountBehindIsRefused(String setting, String value) {
    assertThatThrownBy(() -> Chart.template("nodeAgent.settings." + setting + "=/srv/x"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("set " + value);
  }

  @Test
  void anEmptyPriorityClassIsNone() throws IOException {
    assertThat(agent(objects(Chart.template())).path("priorityClassName").asText())
        .isEqualTo("system-node-critical");
    assertThat(
            agent(objects(Chart.template("nodeAgent.priorityClassName="))).has("priorityClassName"))
        .isFalse();
  }

  @Test
  void valuesArriveWhereTheyBelong() throws IOException {
    Map<String, JsonNode> objects =
        objects(
            Chart.template(
                "image.registry=registry.example.com/gpu",
                "image.tag=v7",
                "image.pullPolicy=Always",
                "image.pullSecrets={secret}",
                "controller.replicas=1",
                "controller.settings.GPU_ALLOCATION_POLICY=packed",
                "controller.priorityClassName=high",
                "nodeAgent.settings.GPU_SYSFS_ROOT=/sys",
                "nodeAgent.settings.GPU_RESCAN_INTERVAL=9s",
                "nodeAgent.nodeSelector.gpu=yes",
                "nodeAgent.tolerations=null",
                "nodeAgent.probes.livenessProbe.periodSeconds=60"));
    JsonNode deployment = get(objects, "Deployment intel-gpu-controller").path("spec");
    JsonNode controller = deployment.path("template").path("spec");
    JsonNode agent = agent(objects);

    assertThat(deployment.path("replicas").asInt()).isEqualTo(1);
    assertThat(controller.path("priorityClassName").asText()).isEqualTo("high");
    assertThat(controller.path("imagePullSecrets").path(0).path("name").asText())
        .isEqualTo("secret");
    assertThat(controller.path("containers").path(0).path("image").asText())
        .isEqualTo("registry.example.com/gpu/intel-gpu-controller:v7");
    assertThat(controller.path("containers").path(0).path("imagePullPolicy").asText())
        .isEqualTo("Always");
    assertThat(environment(controller)).containsEntry("GPU_ALLOCATION_POLICY", "packed");
    assertThat(environment(agent))
        .containsEntry("GPU_SYSFS_ROOT", "/sys")
        .containsEntry("GPU_RESCAN_INTERVAL", "9s");
    assertThat(agent.path("nodeSelector").path("gpu").asText()).isEqualTo("yes");
    assertThat(agent.has("tolerations")).isFalse();
    JsonNode liveness = agent.path("containers").path(0).path("livenessProbe");
    assertThat(liveness.path("periodSeconds").asInt()).isEqualTo(60);
    assertThat(liveness.path("httpGet").path("path").asText()).isEqualTo("/q/health/live");
  }

  /** A tag that somebody sets is another image than the one that was released. */
  @Test
  void imagesAreTakenByTheirDigestsUnlessATagIsSet() {
    String digest = "sha256:" + "0a".repeat(32);
    String[] values = {"simulator.enabled=true", "image.digests.node-agent=" + digest};

    assertThat(Chart.template(values))
        .containsPattern("image: \\S+/intel-gpu-node-agent:0\\.1\\.0@" + digest + "\\n")
        .containsPattern("image: \\S+/intel-gpu-simulator:0\\.1\\.0\\n");
    assertThat(Chart.template(values[0], values[1], "image.tag=v7"))
        .containsPattern("image: \\S+/intel-gpu-node-agent:v7\\n")
        .doesNotContain(digest);
  }

  @Test
  void theRegistryIsTheValuesWhateverTheImagesWereBuiltFor(@TempDir Path folder)
      throws IOException {
    Path chart = folder.resolve("chart");
    Shell.run("cp", "-r", Chart.FOLDER, chart.toString());
    for (String name : new String[] {"controller.yml", "node-agent.yml"}) {
      Path file = chart.resolve("files").resolve(name);
      Files.writeString(
          file,
          Files.readString(file).replaceAll("image: \\S+/", "image: other.example.com:5000/"));
    }

    assertThat(
            Chart.templateOf(
                chart.toString(), "image.registry=registry.example.com/gpu", "image.tag=v7"))
        .contains("image: registry.example.com/gpu/intel-gpu-controller:v7")
        .contains("image: registry.example.com/gpu/intel-gpu-node-agent:v7")
        .doesNotContain("other.example.com");
  }

  /** A version may have a "+", and may be long; a label may not. */
  @ParameterizedTest
  @CsvSource({
    "0.1.0+build.5, 0.1.0_build.5",
    "0.1.0-a12345678901234567890123456789-45, 0.1.0-a12345678901234567890123456789",
  })
  void anyVersionOfTheChartFitsItsLabel(String version, String label, @TempDir Path folder)
      throws IOException {
    Path chart = folder.resolve("chart");
    Shell.run("cp", "-r", Chart.FOLDER, chart.toString());
    Path file = chart.resolve("Chart.yaml");
    Files.writeString(
        file, Files.readString(file).replaceFirst("(?m)^version: .*", "version: " + version));

    String chartLabel = "helm.sh/chart: intel-gpu-resource-driver-";
    assertThat(
            Chart.templateOf(chart.toString())
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(chartLabel))
                .distinct())
        .containsExactly(chartLabel + label);
  }

  /**
   * Without the annotation, Helm would delete the definitions and all their objects as soon as the
   * release does not contain them.
   */
  @ParameterizedTest
  @CsvSource({"classic, 3", "structured, 1"})
  void theDefinitionsAreKeptUnlessSomebodySaysOtherwise(String mode, int definitions) {
    assertThat(Chart.template("mode=" + mode).split(KEEP, -1)).hasSize(definitions + 1);
    assertThat(Chart.template("mode=" + mode, "crds.keep=false"))
        .contains("kind: CustomResourceDefinition")
        .doesNotContain(KEEP);
    assertThat(Chart.template("mode=" + mode, "crds.install=false"))
        .doesNotContain("kind: CustomResourceDefinition");
  }

  @Test
  void valuesThatNobodyKnowsAreRefused() {
    for (String value :
        new String[] {
          "mode=other",
          "controler.replicas=1",
          "controller.replicas=0",
          "nodeAgent.settings.gpu-sharing=x",
          "nodeRestriction=maybe",
          "extendedResources={gpu}",
          "extendedResources={intel.com/GPU}",
          "extendedResources={deviceclass.resource.kubernetes.io/gpu.intel.com}",
          "extendedResources={intel.com/gpu,intel.com/gpu}",
          "image.digests.agent=",
          "image.digests.controller=0a",
          "kubeletDir=var/lib/kubelet",
          "kubeletDir=/var/lib/kubelet/",
          "cdiDir="
        }) {
      assertThatThrownBy(() -> Chart.template(value))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("values don't meet the specifications");
    }
  }

  @ParameterizedTest
  @CsvSource({"classic", "structured"})
  void helmFindsNoFault(String mode) {
    assertThat(Chart.lint("mode=" + mode, "simulator.enabled=true"))
        .contains("1 chart(s) linted, 0 chart(s) failed");
  }

  private static void assertSame(Map<String, JsonNode> rendered, Map<String, JsonNode> wanted) {
    assertThat(rendered.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((name, object) -> assertThat(get(rendered, name)).as(name).isEqualTo(object));
  }

  private static JsonNode get(Map<String, JsonNode> objects, String name) {
    assertThat(objects).containsKey(name);
    return objects.getOrDefault(name, MissingNode.getInstance());
  }

  private static JsonNode agent(Map<String, JsonNode> objects) {
    return get(objects, "DaemonSet intel-gpu-node-agent")
        .path("spec")
        .path("template")
        .path("spec");
  }

  /** Returns the paths by the names of the volumes. */
  private static Map<String, String> paths(JsonNode list, UnaryOperator<JsonNode> path) {
    var paths = new TreeMap<String, String>();
    list.forEach(one -> paths.put(one.path("name").asText(), path.apply(one).asText()));
    return paths;
  }

  private static Map<String, String> environment(JsonNode pod) {
    var environment = new TreeMap<String, String>();
    pod.path("containers")
        .path(0)
        .path("env")
        .forEach(v -> environment.put(v.path("name").asText(), v.path("value").asText()));
    return environment;
  }

  /** Returns the objects by kind and name, without what Helm adds, their lists sorted. */
  private static Map<String, JsonNode> objects(String documents) throws IOException {
    Map<String, JsonNode> objects = Chart.objects(documents);
    for (JsonNode object : objects.values()) {
      Chart.removeFromMetadata(object, "annotations", "helm.sh/resource-policy");
      sortLists(object);
    }
    return objects;
  }

  private static void sortLists(JsonNode node) {
    node.forEach(ChartIT::sortLists);
    if (node instanceof ArrayNode list) {
      Collection<JsonNode> sorted = new ArrayList<>();
      list.forEach(sorted::add);
      list.removeAll();
      sorted.stream().sorted(Comparator.comparing(JsonNode::toString)).forEach(list::add);
    }
  }
}
