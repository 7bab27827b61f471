package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin of kubectl, with a kubectl that answers from files. */
class KubectlGpuTest {

  private static final String GPU = "0000-b3-00-0-0x56c0";

  private static final String METRICS =
      "raw_api_v1_namespaces_gpus_pods_agent-1:9000_proxy_q_metrics";

  @TempDir Path answers;

  @BeforeEach
  void aClusterWhereAllIsRight() {
    answer("raw_version", "{major: '1', minor: '37', gitVersion: v1.37.2}");
    answer(
        "raw_apis",
        "{groups: [{name: resource.k8s.io, versions: [{version: v1}]},"
            + " {name: gpu.dra.intel.com, versions: [{version: v1alpha}]}]}");
    answer("raw_apis_resource.k8s.io_v1", "{resources: [{name: devicetaintrules}]}");
    nodes("containerd://2.2.9", "{}");
    String agent =
        "{name: intel-gpu-node-agent, image: 'example.com/agent:1', env: [{name: A_TOKEN, value:"
            + " hush}, {name: PROXY, value: 'user:hush@example.com'}, {name: MINE, value: hush},"
            + " {name: GPU_MODE, value: structured}, {name: GPU_URL, value:"
            + " 'https://hush@example.com'}], args: ['--verbose', '--token=hush', '--password',"
            + " hush, '--header', 'Cookie hush', 'Authorization: Bearer hush',"
            + " 'https://hush@example.com'], lifecycle: {postStart: {exec: {command: [hush]}}},"
            + " livenessProbe: {exec: {command: [hush]}}, readinessProbe: {httpGet: {port: 9000,"
            + " httpHeaders: [{name: a, value: hush}]}}}, {name: beside, image:"
            + " 'example.com/simulator:1'}], volumes: [{name: a, csi: {driver: d,"
            + " volumeAttributes: {a: hush}}}, {name: b, flexVolume: {options: {a: hush}}}";
    answer(
        "daemonsets-l.json",
        "{items: [{metadata: {name: intel-gpu-node-agent, namespace: gpus},"
            + " spec: {template: {spec: {containers: ["
            + agent
            + "]}}}, status: {desiredNumberScheduled: 1, numberReady: 1}}]}");
    answer(
        "pods-l.json",
        "{items: [{metadata: {name: agent-1, namespace: gpus, uid: agent, annotations: {note:"
            + " hush}}, spec: {nodeName: node1, containers: ["
            + agent
            + "]}, status: {phase: Running, containerStatuses: [{restartCount: 1}]}}]}");
    answer(
        "gpuallocationstates.json",
        "{items: [{metadata: {name: node1}, status: Ready, spec: {allocatable: {a: {type:"
            + " gpu}}}}]}");
    answer("exec", "{node: node1, files: [{path: /host/sys/vendor, content: '0x8086'}]}");
    answer("deviceclasses.json", "{items: [{metadata: {name: gpu.intel.com}, spec: {}}]}");
    answer("resourceslices.json", "{items: [" + slice("gpu.intel.com") + "]}");
  }

  @ParameterizedTest
  @CsvSource({
    "shake, unknown command: shake",
    "top -o yaml, '-o must be json, not yaml'",
    "drain node1, drain takes NODE/GPU",
    "drain node1/0000:b3, 0000:b3 is not the address of one GPU",
    "drain node1/0000-b3-00-0-0x56c0-vf0, name the GPU 0000-b3-00-0-0x56c0",
    "gather --output report.zip, the answer of gather is an archive",
    "completion fish, completion takes bash or zsh",
  })
  void wrongCommandsEndWith2(String arguments, String message) {
    assertEnds(2, message, arguments.split(" "));
  }

  @Test
  void aCheckOfAClusterWhereAllIsRightEndsWell() {
    assertThat(gpu("check").lines())
        .allMatch(line -> line.startsWith("ok "))
        .contains(
            "ok   Kubernetes           v1.37.2",
            "ok   node agents          gpus/intel-gpu-node-agent: ready on 1 node"
                + " (example.com/agent:1)",
            "ok   node1                Ready, 1 GPU, published in 1 ResourceSlice",
            "ok   node1                containerd://2.2.9 gives containers CDI devices");
  }

  @Test
  void aCheckSaysWhatIsNotInstalledYetAndEndsWell() {
    answer("daemonsets-l.json", "{items: []}");
    answer("pods-l.json", "{items: []}");
    answer("gpuallocationstates.json", "{items: []}");
    answer("resourceslices.json", "{items: []}");

    assertThat(gpu("check")).contains("warning   node agents", "are not installed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpuallocationstates.json | {items: []} | has an agent and no GpuAllocationState",
        "gpuallocationstates.json | {items: [{metadata: {name: node1}, status: NotReady, spec:"
            + " {}}]} | its GpuAllocationState is NotReady",
        "resourceslices.json | {items: []} | its GPUs are in no ResourceSlice",
        "deviceclasses.json | {items: []} | there is no gpu.intel.com, which claims name",
        "raw_version | {minor: '25', gitVersion: v1.25.0} | v1.25.0 has no dynamic resource"
            + " allocation",
        "raw_apis | {groups: []} | the API server serves no version with claims",
      })
  void aCheckNamesWhatIsNotOkAndEndsWith1(String file, String content, String finding) {
    answer(file, content);

    assertEnds(1, finding, "check");
  }

  @Test
  void aCheckFindsOthersThatGiveOutTheSameDevices() {
    nodes("containerd://1.6.8", "{gpu.intel.com/i915: '1'}");
    answer(
        "resourceslices.json",
        "{items: [" + slice("gpu.intel.com") + ", " + slice("other.example.com") + "]}");

    assertEnds(1, "containerd://1.6.8 has no CDI", "check");
    assertEnds(1, "a device plugin offers gpu.intel.com/i915", "check");
    assertEnds(1, "other.example.com publishes GPUs of this driver too", "check");
  }

  @Test
  void aCheckSaysWhereSharesAndVfsExcludeEachOther() {
    String finding = "before 1.36.2 the scheduler counts shares and VFs of one GPU wrongly";
    answer("raw_version", "{minor: '36', gitVersion: v1.36.1}");
    assertThat(gpu("check")).contains(finding);

    answer("raw_version", "{minor: '36', gitVersion: v1.36.10}");
    assertThat(gpu("check")).doesNotContain(finding);
  }

  @Test
  void aCheckSaysWhatItCouldNotRead() {
    answer("nodes.refused", "{}");

    assertThat(gpu("check"))
        .contains("could not be read: Error from server (Forbidden): nodes is forbidden");
  }

  @Test
  void aClusterThatDoesNotAnswerEndsWith2() throws IOException {
    Files.delete(answers.resolve("raw_version"));
    Files.delete(answers.resolve("raw_apis"));

    for (String command : List.of("check", "gather", "top", "claims", "drain node1/b3:00.0")) {
      assertEnds(2, "the cluster does not answer", command.split(" "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000:b3:00.0", "b3:00.0", "0000:b3:00.0-0x56c0", GPU})
  void aDrainIsOfTheGpuWithAllThatIsMadeOfIt(String name) throws IOException {
    assertThat(gpu("drain", "node1/" + name)).contains("undo: kubectl gpu undrain node1/" + GPU);
    assertThat(Files.readString(answers.resolve("applied")))
        .contains("\"device\": \"" + GPU + "\"", "\"device\": \"" + GPU + "-vf0\"", "NoSchedule")
        .doesNotContain("0x56a0");
  }

  @Test
  void aDrainIsUndoneWhereItWasDone() {
    assertThat(gpu("--context=my cluster", "drain", "node1/b3:00.0"))
        .contains("undo: kubectl gpu --context=my\\ cluster undrain node1/" + GPU);
  }

  @Test
  void aDrainOfAGpuThatIsNotThereNamesThoseThatAre() {
    assertEnds(
        1, "node node1 has no GPU 0000:b5:00.0: it has " + GPU, "drain", "node1/0000:b5:00.0");
    assertEnds(1, "node1/0000:b3:00.0: drain made no rule for it", "undrain", "node1/0000:b3:00.0");
  }

  @Test
  void withoutTaintRulesADrainSaysWhatToDoInstead() {
    answer("raw_apis_resource.k8s.io_v1", "{resources: []}");

    assertEnds(
        1,
        "match: {nodes: [node1], pciAddresses: [\"0000:b3:00.0\"]}",
        "drain",
        "node1/0000-b3-00-0-0x56c0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "32 | they came with Kubernetes 1.33, and this is 1.32",
        "33 | on 1.33 they need the API resource.k8s.io/v1alpha3 and the feature gate"
            + " DRADeviceTaints, which are off by default",
        "34 | on 1.34 they need the API resource.k8s.io/v1alpha3 and the feature gate"
            + " DRADeviceTaints, which are off by default",
        "35 | on 1.35 they need the API resource.k8s.io/v1alpha3 and the feature gates"
            + " DRADeviceTaints and DRADeviceTaintRules",
        "36 | on 1.36 they need the API resource.k8s.io/v1beta2 and the feature gate"
            + " DRADeviceTaintRules, which are off by default",
        "37 | on 1.37 they are there unless the API resource.k8s.io/v1",
      })
  void withoutTaintRulesADrainSaysWhatTheyNeedInThisVersion(String minor, String need) {
    answer("raw_version", "{major: '1', minor: '%s', gitVersion: v1.%1$s.0}".formatted(minor));
    answer("raw_apis_resource.k8s.io_v1", "{resources: []}");

    assertEnds(1, "this cluster has no DeviceTaintRules: " + need, "drain", "node1/0000:b3:00.0");
    assertThat(gpu("check")).contains("cannot close one GPU: there are no DeviceTaintRules", need);
  }

  @Test
  void whereTheGateIsOffADrainWritesNoRule() {
    write("raw_metrics", "kubernetes_feature_enabled{name=\"DRADeviceTaintRules\",stage=\"\"} 0\n");

    assertEnds(1, "takes DeviceTaintRules and does not follow them", "drain", "node1/b3:00.0");
    assertThat(answers.resolve("applied")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"B3:00.0", "0000:B3:00.0", "0000-b3-00-0-0x56c0", "b3-00-0"})
  void theRuleInsteadOfADrainHasTheWholeAddress(String name) {
    answer("raw_apis_resource.k8s.io_v1", "{resources: []}");

    assertEnds(1, "pciAddresses: [\"0000:b3:00.0\"]", "drain", "node1/" + name);
  }

  @Test
  void whetherThereAreTaintRulesMustBeRead() {
    write("raw_apis_resource.k8s.io_v1.refused", "");

    assertEnds(2, "could not be read", "drain", "node1/b3:00.0");
    assertEnds(2, "could not be read", "undrain", "node1/b3:00.0");
    assertThat(gpu("check").lines())
        .filteredOn(line -> line.contains(" drain "))
        .singleElement()
        .asString()
        .contains("could not be read", "Forbidden");
  }

  @Test
  void withoutAVersionWithClaimsADrainDoesNotSpeakOfTheClassicMode() {
    answer("raw_apis", "{groups: []}");
    assertEnds(1, "no version of resource.k8s.io with claims", "drain", "node1/b3:00.0");

    answer("raw_apis", "{groups: [{name: resource.k8s.io, versions: [{version: v1alpha2}]}]}");
    assertEnds(1, "this cluster has classic DRA", "drain", "node1/b3:00.0");
  }

  /** A rule for the GPU that has the label of drain, with these parts of its specification. */
  private static String rule(String name, String driver, String key, String effect) {
    return "{metadata: {name: %s, labels: {app.kubernetes.io/managed-by: kubectl-gpu-drain}},"
            .formatted(name)
        + " spec: {deviceSelector: {driver: %s, pool: node1, device: %s},".formatted(driver, GPU)
        + " taint: {key: %s, effect: %s}}}".formatted(key, effect);
  }

  @Test
  void anUndrainDeletesNothingThatDrainDidNotMake() throws IOException {
    String key = "gpu.intel.com/drained";
    String onNode =
        "{metadata: {name: on-node, labels: {app.kubernetes.io/managed-by: kubectl-gpu-drain}},"
            + " spec: {deviceSelector: {driver: gpu.intel.com, pool: node1}, taint: {}}}";
    String rules =
        "{items: [%s, %s, %s, %s, %s]}"
            .formatted(
                rule("mine", "gpu.intel.com", key, "NoSchedule"),
                rule("of-another-driver", "other.example.com", key, "NoSchedule"),
                rule("of-another-key", "gpu.intel.com", "example.com/key", "NoSchedule"),
                rule("of-another-gpu", "gpu.intel.com", "example.com/key", "NoSchedule")
                    .replace(GPU, "0000-c1-00-0-0x56c0"),
                onNode);
    answer("devicetaintrules.json", rules);
    answer("devicetaintrules-l.json", rules);

    assertThat(gpu("check")).contains(GPU + " is drained").doesNotContain("c1-00-0-0x56c0");
    assertThat(gpu("__complete", "undrain", "").lines()).containsExactly("node1/" + GPU, ":4");
    assertThat(gpu("undrain", "node1/b3:00.0"))
        .contains("DeviceTaintRule of-another-key is for it too")
        .doesNotContain("of-another-driver");
    assertThat(Files.readString(answers.resolve("deleted")))
        .contains(" mine ")
        .doesNotContain("of-another", "on-node");
  }

  @Test
  void aDrainSaysThatItTakesAnEvictionBack() {
    answer(
        "devicetaintrules.json",
        "{items: [%s]}"
            .formatted(rule("mine", "gpu.intel.com", "gpu.intel.com/drained", "NoExecute")));
    String message = "an earlier drain evicts the pods of this GPU: that is taken back";

    assertThat(gpu("drain", "node1/b3:00.0")).contains(message);
    assertThat(gpu("drain", "node1/b3:00.0", "--evict")).doesNotContain(message);
  }

  @Test
  void aDrainSaysWhichClaimsGiveTheGpuToNewPods() {
    String byHand = holder("by-hand", "").replace("kind: Pod", "kind: Job");
    answer("resourceclaims.json", "{items: [%s, %s]}".formatted(holder("of-pod", ""), byHand));

    assertThat(gpu("drain", "node1/b3:00.0").lines())
        .anyMatch(line -> line.matches(".* of-pod .*of-pod-pod"))
        .anyMatch(line -> line.endsWith("by-hand-pod   new pods that name this claim still get it"))
        .anyMatch(line -> line.contains("no new claim gets this GPU"));
  }

  @Test
  void usersOfAClaimThatAreNoPodsAreNamedWithTheirKind() {
    String group =
        holder("many", "")
            .replace("{metadata: {", "{metadata: {uid: c, ")
            .replace("{name: many-pod}", "{apiGroup: a, resource: podgroups, name: many}");
    answer("resourceclaims.json", "{items: [%s]}".formatted(group));

    assertThat(gpu("drain", "node1/b3:00.0")).contains(" podgroups/many");
    assertThat(gpu("claims")).contains(" podgroups/many");
  }

  /** A claim that has the GPU, with these tolerations. */
  private static String holder(String name, String tolerations) {
    return "{metadata: {name: %s, namespace: users, ownerReferences: [{kind: Pod}]},"
            .formatted(name)
        + " status: {reservedFor: [{name: %s-pod}],".formatted(name)
        + " allocation: {devices: {results: [{driver: gpu.intel.com, pool: node1, device: %s, tolerations: [%s]}]}}}}"
            .formatted(GPU, tolerations);
  }

  /**
   * Kubernetes lets pods run on only for tolerations that name the effect, and so long as they say.
   */
  @Test
  void aDrainSaysWhichPodsAreDeleted() {
    String key = "key: gpu.intel.com/drained, operator: Exists";
    answer(
        "resourceclaims.json",
        "{items: [%s, %s, %s, %s]}"
            .formatted(
                holder("none", ""),
                holder("any", "{operator: Exists}"),
                holder(
                    "some",
                    "{effect: NoExecute, tolerationSeconds: 60, %s}, {effect: NoExecute, tolerationSeconds: 90, operator: Exists}"
                        .formatted(key)),
                holder("all", "{effect: NoExecute, %s}".formatted(key))));

    assertThat(gpu("drain", "node1/b3:00.0", "--evict").lines())
        .anyMatch(line -> line.matches(".* none .*none-pod"))
        .anyMatch(line -> line.matches(".* any .*any-pod"))
        .anyMatch(line -> line.matches(".* some .*some-pod +stays 60 s: it tolerates .*"))
        .anyMatch(line -> line.matches(".* all .*all-pod +stays: it tolerates the taint"));
    assertThat(gpu("drain", "node1/b3:00.0").lines())
        .anyMatch(line -> line.matches(".* any .*any-pod +stays: it tolerates the taint"));
  }

  /** It looks for pods to evict among those that name claims (kubernetes/kubernetes#141290). */
  @Test
  void aDrainDoesNotPromiseToEvictPodsThatUseExtendedResources() {
    String extended =
        holder("extended", "")
            .replace(
                "{name: extended,",
                "{annotations: {resource.kubernetes.io/extended-resource-claim: 'true'}, name:"
                    + " extended,");
    String stays = "stays: Kubernetes does not evict pods that use extended resources";
    answer("resourceclaims.json", "{items: [%s, %s]}".formatted(holder("named", ""), extended));

    assertThat(gpu("drain", "node1/b3:00.0", "--evict").lines())
        .anyMatch(line -> line.matches(".* extended .*extended-pod +" + stays + ".*yourself"))
        .anyMatch(line -> line.matches(".* named .*named-pod.*"))
        .anyMatch(line -> line.endsWith("grace period, except those that stay"));
    assertThat(gpu("drain", "node1/b3:00.0", "--evict", "-o", "json"))
        .contains("\"extended\": true", "\"extended\": false");
    assertThat(gpu("drain", "node1/b3:00.0")).doesNotContain(stays);

    answer("resourceclaims.json", "{items: [%s]}".formatted(extended));
    assertThat(gpu("drain", "node1/b3:00.0", "--evict")).doesNotContain("Kubernetes deletes");
  }

  @Test
  void aDrainNamesWhatGotTheGpuMeanwhile() throws IOException {
    answer("resourceclaims.json", "{items: [%s]}".formatted(holder("first", "")));
    answer(
        "resourceclaims-late.json",
        "{items: [%s, %s]}".formatted(holder("first", ""), holder("second", "")));

    assertThat(gpu("drain", "node1/b3:00.0", "--evict").lines())
        .filteredOn(line -> line.startsWith("meanwhile"))
        .singleElement()
        .asString()
        .contains("claim users/second got it, too (pods: second-pod)");

    Files.delete(answers.resolve("applied"));
    answer(
        "resourceclaims-late.json",
        "{items: [%s]}"
            .formatted(
                holder("first", "")
                    .replace("{name: first-pod}", "{name: first-pod}, {name: next}")));
    assertThat(gpu("drain", "node1/b3:00.0", "--evict"))
        .contains("meanwhile more pods use claim users/first (pods: next)");
  }

  @Test
  void aTableHasCellsAsLongAsTheyCanBe() {
    String pods =
        Stream.iterate(100, i -> i + 1)
            .limit(256)
            .map(i -> "{name: %s-%d}".formatted("p".repeat(29), i))
            .collect(Collectors.joining(", "));
    answer(
        "resourceclaims.json",
        "{items: [%s]}".formatted(holder("many", "").replace("{name: many-pod}", pods)));

    assertThat(gpu("drain", "node1/b3:00.0")).contains("-100, ", "-355\n");
  }

  private void aPodThatWaits(String message) {
    answer(
        "pod-waits.json",
        "{metadata: {name: waits, namespace: users, uid: u}, spec: {resourceClaims: [{name: gpu,"
            + " resourceClaimName: mine}]},"
            + " status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', message: \"%s\"}]}}"
                .formatted(message));
    answer("raw_apis_resource.k8s.io", "{versions: [{version: v1}]}");
  }

  @Test
  void whyTellsWhatIsNotThereFromWhatCouldNotBeRead() {
    assertEnds(1, "\"waits\" not found", "why", "waits", "-n", "users");
    aPodThatWaits("no GPU");
    assertThat(gpu("why", "waits")).contains("claim mine: does not exist");
    answer("resourceclaim.refused", "{}");
    assertThat(gpu("why", "waits"))
        .contains("claim mine: could not be read: Error from server (Forbidden)")
        .doesNotContain("does not exist");
    answer("pod.refused", "{}");
    assertEnds(2, "pod is forbidden", "why", "waits");
  }

  @Test
  void whyPrintsNothingThatChangesATerminal() {
    aPodThatWaits("no\\e[31m GPU\\u009b31m");

    assertThat(gpu("why", "waits")).contains("no [31m GPU 31m").doesNotContain("\u001b", "\u009b");
  }

  @Test
  void whyReadsClaimsWithoutRequests() {
    aPodThatWaits("no GPU");
    answer("gpuallocationstates.json", "{items: []}");
    answer("resourceclaim-mine.json", "{metadata: {name: mine, uid: c}, spec: {devices: {}}}");

    assertThat(gpu("why", "waits")).contains("The scheduler decides on these");
  }

  @Test
  void whyReadsClaimsAsLargeAsTheyCanBe() {
    aPodThatWaits("no GPU");
    answer("gpuallocationstates.json", "{items: []}");
    answer(
        "resourceclaim-mine.json",
        "{metadata: {name: mine, uid: c}, spec: {devices: {requests: [{name: r, exactly:"
            + " {deviceClassName: gpu}}],"
            + " config: [{opaque: {driver: d, parameters: {a: %s}}}]}}}"
                .formatted("x".repeat(200_000)));

    assertThat(gpu("why", "waits")).contains("request r: 1 of class gpu");
  }

  @Test
  void warningsAreNoPartOfAnAnswer() {
    aPodThatWaits("no GPU");
    answer(
        "raw_api_v1_namespaces_gpus_services_http:intel-gpu-explainer:9000_proxy_explain_pods_users_waits",
        "{pod: users/waits}");
    write("warns", "");

    assertThat(
            Shell.script(
                setting(Map.of("GPU_NAMESPACE", "gpus")),
                "deploy/kubectl/kubectl-gpu why waits -o json 2>/dev/null"))
        .isEqualToIgnoringWhitespace("{\"pod\": \"users/waits\"}");
  }

  @Test
  void aReportHasNothingSecretAndNamesWhatCouldNotBeRead() throws IOException {
    answer("deployments.refused", "{}");
    String secret = "env: [{name: PASSWORD, value: hush}], command: [hush]";
    answer(
        "pods.json",
        "{items: [{metadata: {name: worker, namespace: users, uid: worker, annotations: {note:"
            + " hush}}, spec: {resourceClaims: [{name: gpu}], containers: [{name: main, "
            + secret
            + "}]}, status: {phase: Pending}},"
            + " {metadata: {name: unconcerned, namespace: users}, spec: {containers: [{"
            + secret
            + "}]}}]}");
    answer(
        "resourceclaims.json",
        "{items: [{metadata: {name: mine, namespace: users, annotations:"
            + " {kubectl.kubernetes.io/last-applied-configuration: hush}}, spec: {devices:"
            + " {requests: [{exactly: {deviceClassName: gpu.intel.com}}], config: [{opaque:"
            + " {driver: other.example.com, parameters: hush}}]}}}, {metadata: {name: of-others,"
            + " namespace: users}, spec: {devices: {requests: [{exactly: {deviceClassName:"
            + " hush}}]}}}]}");
    answer(
        "events.json",
        "{items: [{reason: Failed, message: hush, involvedObject: {kind: Pod, uid: worker}, source:"
            + " {component: kubelet}}, {reason: FailedScheduling, message: no GPU, involvedObject:"
            + " {kind: Pod, uid: worker, name: worker}}]}");
    Path report = answers.resolve("report.tar.gz");

    assertThat(gpu("gather", "--output", report.toString()))
        .contains("deployments (deployments): Error from server (Forbidden)");

    Shell.run("tar", "-xzf", report.toString(), "-C", answers.toString());
    Path folder = answers.resolve("report");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .hasSizeGreaterThan(15)
          .allSatisfy(file -> assertThat(file).content().doesNotContain("hush"));
    }
    assertThat(folder.resolve("pods-with-claims.json"))
        .content()
        .contains("worker")
        .doesNotContain("unconcerned");
    assertThat(folder.resolve("claims.json")).content().contains("mine").doesNotContain("others");
    assertThat(folder.resolve("events.json")).content().contains("no GPU");
    assertThat(folder.resolve("driver-pods.json"))
        .content()
        .contains("(left out)", "GPU_MODE", "structured", "A_TOKEN", "--verbose");
    assertThat(folder.resolve("logs/agent-1.log")).hasContent("a line of the log");
    assertThat(folder.resolve("logs/agent-1.previous.log")).hasContent("a line of the log");
    assertThat(folder.resolve("node-files/node1.json")).content().contains("0x8086");
    assertThat(folder.resolve("not-read.txt")).content().contains("deployments");
  }

  @Test
  void aReportSaysOfWhichNodesItHasNoFiles() throws IOException {
    write("exec", "self-check: unknown argument: --files");

    assertThat(gpu("gather", "--output", answers.resolve("report.tar.gz").toString()))
        .contains("files of node node1: kubectl said nothing");
  }

  @Test
  void topShowsTheMemoryInUseThatTheAgentsTellOf() {
    twoGpusWithMemory();
    String figure = "gpu_dra_memory_in_use_bytes{container_id=\"%s\",gpu=\"a\",node=\"node1\"} ";
    write(
        METRICS,
        "# HELP gpu_dra_memory_in_use_bytes Local memory\n"
            + figure.formatted("1")
            + "6.442450944E9\n"
            + figure.formatted("2")
            + "1048576.0\n");

    assertThat(gpu("top", "--in-use").lines())
        .anySatisfy(line -> assertThat(line).matches("NODE .* CLAIMS +MIB IN USE"))
        .anySatisfy(line -> assertThat(line).matches("node1 +a .* 6145"))
        .anySatisfy(line -> assertThat(line).matches("node1 +b .* 0"));
    assertThat(gpu("top", "--in-use", "-o", "json")).contains("\"inUseMiB\": 6145");
    assertThat(gpu("top")).doesNotContain("IN USE");
  }

  @Test
  void topSaysWhyItDoesNotKnowTheMemoryInUse() {
    twoGpusWithMemory();
    write(METRICS, "gpu_dra_mode{mode=\"structured\"} 1.0\n");
    assertThat(all("top --in-use"))
        .contains("memory in use: node1: no pod uses any, GPU_MEMORY_IN_USE is off, or the kernel")
        .containsPattern("node1 .* -\\n");

    write(METRICS + ".refused", "");
    assertThat(all("top --in-use"))
        .contains(
            "memory in use: you may not ask the agents: that needs the right to get pods/proxy in"
                + " namespace gpus")
        .containsPattern("node1 .* -\\n");
  }

  @Test
  void topReadsTheMemoryInUseBesideWarnings() {
    twoGpusWithMemory();
    write(METRICS, "gpu_dra_memory_in_use_bytes{gpu=\"a\",node=\"node1\"} 1048576.0\n");
    write("warns", "");
    assertThat(all("top --in-use")).containsPattern("node1 +a .* 1\\n");

    write(METRICS + ".refused", "");
    assertThat(all("top --in-use"))
        .contains("you may not ask the agents", "gpus: Error from server (Forbidden)");

    write("pods.refused", "");
    assertThat(all("top --in-use"))
        .contains("the agents' pods could not be found: Error from server (Forbidden)");
  }

  @Test
  void topReadsMoreFiguresThanAnArgumentHolds() {
    twoGpusWithMemory();
    write(
        METRICS,
        Stream.iterate(1, i -> i + 1)
            .limit(1500)
            .map(
                i ->
                    "gpu_dra_memory_in_use_bytes{gpu=\"%s%d\"} 1048576"
                        .formatted("g".repeat(99), i))
            .collect(Collectors.joining("\n")));

    assertThat(gpu("top", "--in-use")).containsPattern("node1 +a .* 0\\n");
  }

  @Test
  void whatIsNotTheExplainersIsNoAnswerOfFit() {
    write("create-raw", "");

    assertEnds(2, "an answer that is not the explainer's: nothing", "fit", "-f", "/dev/null");
  }

  @Test
  void aVersionWithoutAMinorIsAWarning() {
    answer("raw_version", "{gitVersion: v0.0.0}");

    assertThat(gpu("check")).contains("v0.0.0 does not say which version of Kubernetes it is");
  }

  @ParameterizedTest
  @ValueSource(strings = {"error.tar.gz", "answer.tgz", "at:noon.tar.gz", "-report.tar.gz"})
  void aReportHasTheNameThatIsAskedFor(String name) {
    String plugin = Path.of("deploy/kubectl/kubectl-gpu").toAbsolutePath().toString();
    Shell.Setting setting = setting(Map.of());
    var there = new Shell.Setting(answers, setting.environment());

    assertThat(Shell.script(there, plugin + " gather --output=" + name)).startsWith(name + ": ");
    assertThat(Shell.script(there, "tar -tz <./" + name)).contains("/check.txt");
  }

  @Test
  void aReportIsMadeWhereTheCheckFails() {
    answer(
        "nodes.json",
        "{items: [{metadata: {name: node1}, status: {nodeInfo: {kubeletVersion: [1]}}}]}");

    assertThat(gpu("gather", "--output", answers.resolve("report.tar.gz").toString()))
        .contains("  check: ");
  }

  @Test
  void aReportReplacesNoFile() {
    write("report.tar.gz", "");

    assertEnds(2, "is there already", "gather", "--output", answers + "/report.tar.gz");
  }

  @Test
  void linesAreCompleted() {
    assertThat(gpu("__complete", "ga").lines()).containsExactly("gather", ":4");
    assertThat(gpu("__complete", "drain", "").lines())
        .containsExactly("node1/" + GPU, "node1/0000-b4-00-0-0x56a0", ":4");
    assertThat(gpu("__complete", "--context=other", "drain", "").lines()).hasSize(3);
    assertThat(answers.resolve("calls")).content().contains("--context=other");
    assertThat(gpu("__complete", "gather", "--output", "").lines()).containsExactly(":0");
    assertThat(gpu("__complete", "fit", "--filename", "").lines()).containsExactly(":0");
    assertThat(gpu("__complete", "fit", "--replicas", "").lines()).containsExactly(":4");
    assertThat(gpu("__complete", "top", "-o", "").lines()).containsExactly("json", ":4");
    assertThat(gpu("completion", "bash"))
        .isEqualTo(gpu("completion", "zsh"))
        .contains("exec kubectl-gpu __complete \"$@\"");
  }

  private void twoGpusWithMemory() {
    answer(
        "gpuallocationstates.json",
        "{items: [{metadata: {name: node1}, status: Ready, spec: {allocatable: {"
            + "a: {uid: a, type: gpu, model: '0xe20b', memory: 12000},"
            + " b: {uid: b, type: gpu, model: '0xe20b', memory: 12000}}}}]}");
  }

  private void nodes(String runtime, String allocatable) {
    answer(
        "nodes.json",
        "{items: [{metadata: {name: node1, annotations: {note: hush}, labels: {mine: hush}},"
            + " status: {conditions: [{type: Ready, status: 'True'}], allocatable: %s,"
                .formatted(allocatable)
            + " nodeInfo: {machineID: hush, containerRuntimeVersion: '%s', kubeletVersion: v1.37.2}}}]}"
                .formatted(runtime));
  }

  private static String slice(String driver) {
    return "{metadata: {name: a, annotations: {note: hush}}, spec: {driver: %s, nodeName: node1,"
            .formatted(driver)
        + " pool: {name: node1, generation: 1, resourceSliceCount: 1},"
        + " devices: [{name: %s}, {name: %s-vf0}, {name: 0000-b4-00-0-0x56a0}]}}"
            .formatted(GPU, GPU);
  }

  /** Writes an answer of kubectl, which is JSON; here it is YAML, for shortness. */
  private void answer(String file, String yaml) {
    write(file, ApiSpelling.json(yaml).toString());
  }

  private void write(String file, String text) {
    try {
      Files.writeString(answers.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertEnds(int code, String message, String... arguments) {
    assertThatThrownBy(() -> gpu(arguments))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("exit code " + code)
        .hasMessageContaining(message);
  }

  /** What the command prints on both ways. */
  private String all(String arguments) {
    return Shell.script(setting(Map.of()), "deploy/kubectl/kubectl-gpu " + arguments + " 2>&1");
  }

  private String gpu(String... arguments) {
    return Shell.script(
        setting(Map.of()),
        Stream.of(arguments)
            .map(argument -> " '" + argument + "'")
            .collect(Collectors.joining("", "deploy/kubectl/kubectl-gpu", "")));
  }

  private Shell.Setting setting(Map<String, String> more) {
    Path kubectl = Path.of("src/test/resources/kubectl-gpu").toAbsolutePath();
    var environment = new HashMap<>(more);
    environment.put("PATH", kubectl + ":" + System.getenv("PATH"));
    environment.put("ANSWERS", answers.toString());
    return new Shell.Setting(Path.of("").toAbsolutePath(), environment);
  }
}
