package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The values by which the chart fits a cluster's rules: network, monitoring, OpenShift, where pods
 * run, labels and environment. Without them, the chart is what the overlays are: {@link ChartIT}.
 * Needs the build, but no cluster.
 */
class ChartValuesIT {

  private static final String STRUCTURED = "mode=structured";
  private static final String MONITORS = "monitoring.coreos.com/v1/PodMonitor";
  private static final String CONSTRAINTS = "security.openshift.io/v1/SecurityContextConstraints";
  private static final String AGENT = "DaemonSet intel-gpu-node-agent";
  private static final String CONTROLLER = "Deployment intel-gpu-controller";
  private static final String LEASE = "Lease leader.intel-gpu-controller";

  /** The driver with all that runs and all that the chart makes from values. */
  private static final String[] ALL_PARTS = {
    STRUCTURED,
    "controller.explain=true",
    "simulator.enabled=true",
    "extendedResources={gpu.intel.com/xe}",
    "policy.rules[0].offer=false",
  };

  private static final Set<String> REQUIRED_OF_CONSTRAINTS =
      Set.of(
          "allowHostDirVolumePlugin",
          "allowHostIPC",
          "allowHostNetwork",
          "allowHostPID",
          "allowHostPorts",
          "allowPrivilegedContainer",
          "allowedCapabilities",
          "defaultAddCapabilities",
          "priority",
          "readOnlyRootFilesystem",
          "requiredDropCapabilities",
          "volumes");

  private static final Set<String> OPTIONAL_OF_CONSTRAINTS =
      Set.of(
          "apiVersion",
          "kind",
          "metadata",
          "allowPrivilegeEscalation",
          "fsGroup",
          "groups",
          "runAsUser",
          "seLinuxContext",
          "seccompProfiles",
          "supplementalGroups",
          "users");

  @Test
  void nothingOfThisIsThereUnlessItIsAskedFor() throws IOException {
    assertThat(Chart.objects(Chart.template()).keySet())
        .noneMatch(name -> name.matches("(NetworkPolicy|PodMonitor|Service|SecurityContext.*) .*"));
  }

  @ParameterizedTest
  @CsvSource({
    "networkPolicy.enabled, deploy/components/network-policy/network-policy.yaml, ''",
    "monitoring.services, deploy/components/services/services.yaml, ''",
    "monitoring.podMonitors, deploy/monitoring/pod-monitor.yaml, " + MONITORS,
    "openshift.enabled, deploy/components/openshift/scc.yaml, " + CONSTRAINTS,
    "openshift.enabled, deploy/components/openshift-controller/scc.yaml, " + CONSTRAINTS,
  })
  void aValueBringsTheObjectsOfTheComponent(String value, String file, String served)
      throws IOException {
    Map<String, JsonNode> component =
        Chart.objects(Files.readString(Path.of(file)).replace(": default", ": " + Chart.NAMESPACE));
    Map<String, JsonNode> rendered =
        Chart.objects(
            rendered(
                "mode=classic",
                value + "=true",
                "--api-versions",
                served.isEmpty() ? "v1" : served));

    assertThat(component).isNotEmpty();
    component.forEach((name, object) -> assertThat(rendered).containsEntry(name, object));
  }

  @Test
  void whereNoControllerRunsNothingLooksForIt() throws IOException {
    String[] values = {STRUCTURED, "monitoring.services=true", "monitoring.podMonitors=true"};

    assertThat(Chart.objects(rendered(with(values, "--api-versions", MONITORS))).keySet())
        .contains("Service intel-gpu-node-agent", "PodMonitor intel-gpu-node-agent")
        .doesNotContain("Service intel-gpu-controller", "PodMonitor intel-gpu-controller");
    assertThat(
            Chart.objects(
                    rendered(with(values, "controller.explain=true", "--api-versions", MONITORS)))
                .keySet())
        .contains(
            "Service intel-gpu-controller",
            "Service intel-gpu-explainer",
            "PodMonitor intel-gpu-controller");
  }

  @Test
  void theNetworkPolicyIsAsNarrowAsTheClusterIsKnown() throws IOException {
    JsonNode policy =
        get(
                Chart.objects(
                    rendered(
                        STRUCTURED,
                        "networkPolicy.enabled=true",
                        "networkPolicy.apiServerPorts={16443}",
                        "networkPolicy.apiServerCidrs={192.0.2.1/32,2001:db8::1/128}",
                        "--set-json",
                        "networkPolicy.metricsFrom=[{\"namespaceSelector\":{}}]")),
                "NetworkPolicy intel-gpu-driver")
            .path("spec");

    assertThat(policy.path("ingress").toString())
        .isEqualTo(
            "[{\"from\":[{\"namespaceSelector\":{}}],\"ports\":[{\"port\":9000,\"protocol\":\"TCP\"}]}]");
    assertThat(policy.path("egress").path(0).toString())
        .isEqualTo(
            "{\"ports\":[{\"port\":16443,\"protocol\":\"TCP\"}],\"to\":[{\"ipBlock\":{\"cidr\":\"192.0.2.1/32\"}},"
                + "{\"ipBlock\":{\"cidr\":\"2001:db8::1/128\"}}]}");
  }

  @Test
  void monitorsGetTheLabelThatPrometheusLooksFor() throws IOException {
    JsonNode monitor =
        get(
            Chart.objects(
                rendered(
                    STRUCTURED,
                    "monitoring.podMonitors=true",
                    "monitoring.podMonitorLabels.release=prometheus",
                    "monitoring.interval=2m",
                    "--api-versions",
                    MONITORS)),
            "PodMonitor intel-gpu-node-agent");

    assertThat(monitor.path("metadata").path("labels").path("release").asText())
        .isEqualTo("prometheus");
    assertThat(monitor.path("spec").path("podMetricsEndpoints").path(0).path("interval").asText())
        .isEqualTo("2m");
  }

  /** OpenShift's API is read from its source, because no cluster of it is here. */
  @ParameterizedTest
  @CsvSource({
    "nodeAgent.nfd=true, false",
    "nodeAgent.drmMemory=true, true",
    "simulator.enabled=true, true"
  })
  void constraintsAllowWhatTheAgentsAskForAndNoMore(String value, boolean privileged)
      throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(STRUCTURED, "openshift.enabled=true", value, "--api-versions", CONSTRAINTS));
    JsonNode constraints = get(objects, "SecurityContextConstraints intel-gpu-node-agent");
    JsonNode pod = pod(objects, AGENT);

    Set<String> fields = new TreeSet<>();
    constraints.fieldNames().forEachRemaining(fields::add);
    assertThat(fields).containsAll(REQUIRED_OF_CONSTRAINTS);
    fields.removeAll(REQUIRED_OF_CONSTRAINTS);
    assertThat(OPTIONAL_OF_CONSTRAINTS).containsAll(fields);
    assertThat(constraints.path("apiVersion").asText()).isEqualTo("security.openshift.io/v1");
    assertThat(texts(constraints.path("volumes"))).containsAll(kindsOfVolumes(pod));
    assertThat(constraints.path("allowPrivilegedContainer").asBoolean()).isEqualTo(privileged);
    assertThat(constraints.path("allowPrivilegeEscalation").asBoolean()).isEqualTo(privileged);
    for (JsonNode container : pod.path("containers")) {
      JsonNode context = container.path("securityContext");
      assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      if (context.path("privileged").asBoolean()) {
        assertThat(privileged).isTrue();
      }
    }
    assertThat(
            pod.path("containers")
                .path(0)
                .path("securityContext")
                .path("seLinuxOptions")
                .toString())
        .isEqualTo("{\"type\":\"spc_t\"}");
  }

  /** A binding is for the account that the pods have, in the namespace of the release. */
  @Test
  void theAccountsOfThePodsMayUseTheConstraints() throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                STRUCTURED,
                "openshift.enabled=true",
                "controller.explain=true",
                "--api-versions",
                CONSTRAINTS));

    for (String workload : List.of(AGENT, CONTROLLER)) {
      String account = pod(objects, workload).path("serviceAccountName").asText();
      JsonNode binding = get(objects, "RoleBinding " + account + "-scc");
      JsonNode subject = binding.path("subjects").path(0);
      assertThat(subject.path("name").asText()).isEqualTo(account);
      assertThat(subject.path("namespace").asText()).isEqualTo(Chart.NAMESPACE);
      assertThat(
              get(objects, "Role " + binding.path("roleRef").path("name").asText())
                  .path("rules")
                  .path(0)
                  .path("verbs")
                  .toString())
          .isEqualTo("[\"use\"]");
    }
  }

  @Test
  void labelsAndAnnotationsAreOfEveryObjectAndPod() throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                with(
                    ALL_PARTS,
                    "labels.team=graphics",
                    "annotations.example\\.com/owner=me",
                    "nodeAgent.podLabels.tier=node",
                    "nodeAgent.podAnnotations.prometheus\\.io/scrape=no")));

    assertThat(get(objects, LEASE).path("metadata").path("annotations"))
        .as("Helm still deletes it")
        .hasToString(
            "{\"example.com/owner\":\"me\","
                + "\"helm.sh/hook\":\"post-delete\","
                + "\"helm.sh/hook-delete-policy\":\"before-hook-creation,hook-succeeded\"}");
    assertThat(objects)
        .hasSizeGreaterThan(15)
        .allSatisfy(
            (name, object) -> {
              assertThat(label(object.path("metadata"), "team")).as(name).isEqualTo("graphics");
              assertThat(annotation(object.path("metadata"), "example.com/owner")).isEqualTo("me");
            });
    JsonNode agents = get(objects, AGENT).path("spec");
    JsonNode pods = agents.path("template").path("metadata");
    assertThat(label(pods, "team")).isEqualTo("graphics");
    assertThat(label(pods, "tier")).isEqualTo("node");
    assertThat(annotation(pods, "example.com/owner")).isEqualTo("me");
    assertThat(annotation(pods, "prometheus.io/scrape")).isEqualTo("no");
    assertThat(annotation(pods, "prometheus.io/port")).isEqualTo("9000");
    assertThat(agents.path("selector").path("matchLabels").toString())
        .as("no upgrade could change it")
        .isEqualTo("{\"app.kubernetes.io/name\":\"intel-gpu-node-agent\"}");
  }

  @Test
  void whereAndHowPodsRunArrivesWhereItBelongs() throws IOException {
    String zones =
        "[{\"maxSkew\":1,\"topologyKey\":\"topology.kubernetes.io/zone\",\"whenUnsatisfiable\":\"ScheduleAnyway\"}]";
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                "mode=classic",
                "controller.revisionHistoryLimit=2",
                "nodeAgent.revisionHistoryLimit=0",
                "--set-json",
                "controller.topologySpread=" + zones,
                "--set-json",
                "controller.affinity={\"nodeAffinity\":{\"x\":1}}",
                "--set-json",
                "nodeAgent.env=[{\"name\":\"https_proxy\",\"value\":\"http://proxy:3128\"}]"));
    JsonNode controller = pod(objects, CONTROLLER);

    assertThat(get(objects, CONTROLLER).path("spec").path("revisionHistoryLimit").asInt())
        .isEqualTo(2);
    assertThat(get(objects, AGENT).path("spec").path("revisionHistoryLimit").asInt(9)).isZero();
    assertThat(controller.path("topologySpreadConstraints").toString())
        .contains("\"maxSkew\":1,")
        .contains(
            "\"labelSelector\":{\"matchLabels\":{\"app.kubernetes.io/name\":\"intel-gpu-controller\"}}");
    assertThat(controller.path("affinity").path("nodeAffinity").toString()).isEqualTo("{\"x\":1}");
    assertThat(controller.path("affinity").path("podAntiAffinity").isEmpty())
        .as("the two controllers still prefer different nodes")
        .isFalse();
    assertThat(pod(objects, AGENT).path("containers").path(0).path("env").toString())
        .contains("{\"name\":\"https_proxy\",\"value\":\"http://proxy:3128\"}")
        .contains("{\"name\":\"GPU_SYSFS_ROOT\",\"value\":\"/host/sys\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openshift.enabled=true | set openshift.enabled=false",
        "monitoring.podMonitors=true | set monitoring.podMonitors=false",
        "labels.app\\.kubernetes\\.io/name=x | labels has the label app.kubernetes.io/name",
        "nodeAgent.podLabels.helm\\.sh/chart=x | nodeAgent.podLabels has the label helm.sh/chart",
        "nodeAgent.env[0].name=GPU_SHARING,nodeAgent.env[0].value=x | set it in nodeAgent.settings",
        "controller.env[0].name=GPU_EXPLAIN,controller.env[0].value=x | set it in"
            + " controller.settings",
        "controller.env[0].name=POD_NAME,controller.env[0].value=x | which the driver sets itself:"
            + " remove it",
        "nodeAgent.env[0].name=POD_UID,nodeAgent.env[0].value=x | which the driver sets itself:"
            + " remove it",
        "controller.settings.POD_NAME=x | POD_NAME",
        "controller.settings.POD_NAMESPACE=x | POD_NAMESPACE",
        "nodeAgent.settings.NODE_NAME=x | NODE_NAME",
        "nodeAgent.settings.POD_UID=x | POD_UID",
        "nodeAgent.env[0].name=A,nodeAgent.env[0].value=x,nodeAgent.settings.A=x | both have A:"
            + " remove one",
        "nodeAgent.nfd=true,nodeAgent.affinity.nodeAffinity.x=1 | nodeAgent.nfd sets nodeAffinity",
        "nodeAgent.settings.GPU_SHARNG=memory | GPU_SHARNG",
        "nodeAgent.settings.GPU_ALLOCATION_POLICY=packed | GPU_ALLOCATION_POLICY",
        "controller.settings.GPU_SHARING=memory | GPU_SHARING",
        "labels.team=a b | labels",
        "labels.team=7 | labels",
        "nodeAgent.env[0].name=1x | nodeAgent.env.0",
        "nodeAgent.env[0].name=A | nodeAgent.env.0",
        "nodeAgent.topologySpread=x | nodeAgent",
        "controller.topologySpread[0].maxSkew=1 | topologyKey",
        "controller.affinity.nodeAfinity=x | nodeAfinity",
        "nodeAgent.revisionHistoryLimit=-1 | revisionHistoryLimit",
        "networkPolicy.apiServerPorts={0} | networkPolicy.apiServerPorts",
        "networkPolicy.apiServerCidrs={example.com} | networkPolicy.apiServerCidrs",
        "networkPolicy.metrics=x | networkPolicy",
        "monitoring.interval=often | monitoring.interval",
        "openshift.scc=true | openshift",
        "image.registry=null | registry",
        "image.registry=a${1}b | image.registry",
        "image.registry=example.com/ | image.registry",
        "image.tag=a b | image.tag",
        "networkPolicy.apiServerPorts=null | apiServerPorts",
        "nodeRestriction=null | nodeRestriction",
        "kubeletDir=null | kubeletDir",
        "nodeAgent.revisionHistoryLimit=null | revisionHistoryLimit",
        "nodeAgent=null | nodeAgent",
      })
  void whatCannotWorkIsRefusedByNameAndRemedy(String values, String message) {
    assertThatThrownBy(() -> rendered(with(values.split(",(?=\\w+\\.)"), "mode=classic")))
        .isInstanceOf(AssertionError.class)
        .satisfies(
            failure ->
                assertThat(String.valueOf(failure.getMessage()).replace("/", "."))
                    .contains(message.replace("/", ".")));
  }

  /** Text of values gets into the manifests' own text, before that is read. */
  @ParameterizedTest
  @CsvSource({"image.tag, image.tag", "image.registry, image.registry"})
  void whatWouldBreakAManifestIsRefused(String value, String message) {
    assertThatThrownBy(() -> rendered(STRUCTURED, "--set-json", value + "=\"a\\n        b: c\""))
        .isInstanceOf(AssertionError.class)
        .satisfies(
            failure ->
                assertThat(String.valueOf(failure.getMessage()).replace("/", "."))
                    .contains(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.37.2 | resource.k8s.io/v1/DeviceClass | classic | mode=classic does not fit this"
            + " cluster: Kubernetes v1.37.2 serves resource.k8s.io/v1, which is for mode"
            + " structured: set mode=auto",
        "1.30.14 | resource.k8s.io/v1alpha2/ResourceClass | structured | serves"
            + " resource.k8s.io/v1alpha2, which is for mode classic: set mode=auto",
        "1.37.2 | v1/Pod | classic | serves no version of resource.k8s.io for it: switch dynamic"
            + " resource allocation on",
        "1.33.1 | v1/Pod | structured | docs/reference/kubernetes-versions.md",
      })
  void aModeThatDoesNotFitTheClusterFailsAtInstall(
      String kubernetes, String served, String mode, String message) {
    assertThatThrownBy(
            () -> rendered("mode=" + mode, "--kube-version", kubernetes, "--api-versions", served))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("mode=" + mode + " does not fit this cluster")
        .hasMessageContaining(message);
  }

  /** Before 1.36 the API server does not ask for a further right, which is of the own node only. */
  @Test
  void claimsSayWhatTheyGotOnlyWhereTheRightIsOfOneNode() throws IOException {
    String[] values = {STRUCTURED, "nodeAgent.claimStatus=true"};

    assertThatThrownBy(() -> rendered(with(values, "--kube-version", "1.35.4")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nodeAgent.claimStatus needs Kubernetes 1.36 or later")
        .hasMessageContaining("set nodeAgent.claimStatus=false on v1.35.4");
    assertThat(Chart.objects(rendered(with(values, "--kube-version", "1.36.0"))))
        .containsKey("ClusterRole intel-gpu-node-agent-claim-status");
    assertThat(rendered("mode=classic", values[1], "--kube-version", "1.30.14"))
        .as("there it changes nothing")
        .doesNotContain("resourceclaims/driver");
  }

  /** As with "helm template", whose output somebody applies later or leaves to Argo CD. */
  @ParameterizedTest
  @CsvSource({
    "1.29.14, classic, Validating, false",
    "1.30.0, classic, Validating, true",
    "1.35.4, structured, Mutating, false",
    "1.36.0, structured, Mutating, true",
  })
  void whereNoClusterIsAskedTheVersionSaysWhichPoliciesThereAre(
      String kubernetes, String mode, String policy, boolean there) throws IOException {
    assertThat(hasPolicy(policy, kubernetes, "mode=" + mode, "nodeAgent.monitors=true"))
        .isEqualTo(there);
  }

  /** An administrator can switch off what a release has. */
  @ParameterizedTest
  @CsvSource({
    "1.30.14, v1alpha2/ResourceClass, Validating",
    "1.37.2, v1/DeviceClass, Mutating",
  })
  void aClusterSaysItselfWhichPoliciesThereAre(String kubernetes, String served, String policy)
      throws IOException {
    String[] cluster = {
      "nodeAgent.monitors=true",
      "--api-versions",
      "v1/Pod",
      "--api-versions",
      "resource.k8s.io/" + served
    };

    assertThat(hasPolicy(policy, kubernetes, cluster)).isFalse();
    assertThat(
            hasPolicy(
                policy,
                kubernetes,
                with(
                    cluster,
                    "--api-versions",
                    "admissionregistration.k8s.io/v1/" + policy + "AdmissionPolicy")))
        .isTrue();
  }

  private static boolean hasPolicy(String kind, String kubernetes, String... arguments)
      throws IOException {
    return Chart.objects(rendered(with(arguments, "--kube-version", kubernetes))).keySet().stream()
        .anyMatch(name -> name.startsWith(kind + "AdmissionPolicy "));
  }

  /** Without an API server both controllers are unready, and no node of theirs could be drained. */
  @Test
  void controllersThatAreNotReadyHoldNoDrainUp() throws IOException {
    JsonNode budget =
        get(Chart.objects(rendered("mode=classic")), "PodDisruptionBudget intel-gpu-controller");

    assertThat(budget.path("spec").path("unhealthyPodEvictionPolicy").asText())
        .isEqualTo("AlwaysAllow");
  }

  @ParameterizedTest
  @CsvSource({"mode=classic", "mode=structured"})
  void allPodsRunWhereLinuxDoes(String mode) throws IOException {
    String[] values = {mode, "controller.explain=true"};
    Map<String, JsonNode> objects = Chart.objects(rendered(values));

    for (String workload : List.of(AGENT, CONTROLLER)) {
      assertThat(pod(objects, workload).path("nodeSelector").toString())
          .isEqualTo("{\"kubernetes.io/os\":\"linux\"}");
    }
    assertThat(
            pod(Chart.objects(rendered(with(values, "controller.nodeSelector=null"))), CONTROLLER)
                .has("nodeSelector"))
        .isFalse();
  }

  /** YAML reads such a name as a number or as no text at all, unless it has quotes. */
  @ParameterizedTest
  @ValueSource(strings = {"123", "1e3", "true", "null"})
  void aNamespaceIsTextWhateverItsName(String namespace) throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                with(
                    ALL_PARTS,
                    "networkPolicy.enabled=true",
                    "monitoring.services=true",
                    "openshift.enabled=true",
                    "--api-versions",
                    CONSTRAINTS,
                    "--namespace",
                    namespace)));

    JsonNode text = TextNode.valueOf(namespace);
    List<JsonNode> namespaces =
        objects.values().stream()
            .flatMap(object -> object.findValues("namespace").stream())
            .toList();
    assertThat(namespaces).hasSizeGreaterThan(20).containsOnly(text);
    assertThat(get(objects, LEASE).path("metadata").path("namespace")).isEqualTo(text);
    assertThat(get(objects, CONTROLLER).path("metadata").path("namespace")).isEqualTo(text);
  }

  /** Without quotes, YAML would read a list. */
  @ParameterizedTest
  @CsvSource({"'', :0.1.0@", "v7, :v7"})
  void aRegistryMayBeAnAddressOfIpv6(String tag, String end) throws IOException {
    String digest = "sha256:" + "0a".repeat(32);
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                "mode=classic",
                "image.registry=[fd00::1]:5000/x",
                "image.tag=" + tag,
                "image.digests.node-agent=" + digest,
                "image.digests.controller=" + digest));

    for (String workload : List.of(AGENT, CONTROLLER)) {
      assertThat(pod(objects, workload).path("containers").path(0).path("image").asText())
          .isEqualTo(
              "[fd00::1]:5000/x/"
                  + workload.substring(workload.indexOf(' ') + 1)
                  + (end.endsWith("@") ? end + digest : end));
    }
  }

  /** In another namespace, any tenant could give its pods the label. */
  @Test
  void monitorsLookForPodsInTheDriversNamespaceAlone() throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered("mode=classic", "monitoring.podMonitors=true", "--api-versions", MONITORS));

    for (String name : List.of("intel-gpu-controller", "intel-gpu-node-agent")) {
      JsonNode monitor = get(objects, "PodMonitor " + name);
      assertThat(monitor.path("spec").has("namespaceSelector")).as(name).isFalse();
      assertThat(monitor.path("metadata").path("namespace").asText()).isEqualTo(Chart.NAMESPACE);
    }
  }

  /** Else whoever makes an account of that name may use the constraints. */
  @ParameterizedTest
  @CsvSource({
    "classic, false, intel-gpu-controller",
    "classic, true, intel-gpu-controller",
    "structured, false, ''",
    "structured, true, intel-gpu-explainer",
  })
  void noAccountThatIsNotThereMayUseTheConstraints(String mode, boolean explain, String account)
      throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(
            rendered(
                "mode=" + mode,
                "openshift.enabled=true",
                "controller.explain=" + explain,
                "--api-versions",
                CONSTRAINTS));

    Set<String> accounts = new TreeSet<>(Set.of("intel-gpu-node-agent", account));
    accounts.remove("");
    assertThat(objects.keySet().stream().filter(name -> name.matches("Role.* .*-scc")).toList())
        .containsExactlyInAnyOrderElementsOf(
            accounts.stream()
                .flatMap(name -> Stream.of("Role " + name + "-scc", "RoleBinding " + name + "-scc"))
                .toList());
    assertThat(objects.keySet())
        .containsAll(accounts.stream().map(name -> "ServiceAccount " + name).toList());
  }

  /** Renders with values, each {@code NAME=VALUE}, and options of Helm, each with its argument. */
  private static String rendered(String... arguments) {
    Stream.Builder<String> options = Stream.builder();
    for (int at = 0; at < arguments.length; at++) {
      if (arguments[at].startsWith("--")) {
        options.add(arguments[at++]).add(arguments[at]);
      } else {
        options.add("--set").add(arguments[at]);
      }
    }
    return Chart.templateWith(options.build().toArray(String[]::new));
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
  }

  private static Set<String> kindsOfVolumes(JsonNode pod) {
    var kinds = new TreeSet<String>();
    for (JsonNode volume : pod.path("volumes")) {
      volume.fieldNames().forEachRemaining(kinds::add);
    }
    kinds.remove("name");
    kinds.add("projected"); // the token that the API server adds
    return kinds;
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  private static String label(JsonNode metadata, String name) {
    return metadata.path("labels").path(name).asText();
  }

  private static String annotation(JsonNode metadata, String name) {
    return metadata.path("annotations").path(name).asText();
  }

  private static JsonNode pod(Map<String, JsonNode> objects, String workload) {
    return get(objects, workload).path("spec").path("template").path("spec");
  }

  private static JsonNode get(Map<String, JsonNode> objects, String name) {
    assertThat(objects).containsKey(name);
    return objects.getOrDefault(name, MissingNode.getInstance());
  }
}
