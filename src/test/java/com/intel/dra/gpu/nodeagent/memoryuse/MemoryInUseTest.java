package com.intel.dra.gpu.nodeagent.memoryuse;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.metrics.Exposition;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.prepare.TestingStructuredClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PreparedResult;
import com.intel.dra.gpu.sysfs.dmem.FakePodGroups;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape of the agent shows, with control groups as ordinary files. */
class MemoryInUseTest {

  private static final String POD_A = "aaaaaaaa-1111-2222-3333-444455556666";
  private static final String POD_B = "bbbbbbbb-1111-2222-3333-444455556666";
  private static final String POD_C = "cccccccc-1111-2222-3333-444455556666";
  private static final String MAIN = "1".repeat(64);
  private static final String SIDECAR = "2".repeat(64);
  private static final String FIGURE = "gpu_dra_memory_in_use_bytes";

  @TempDir Path root;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TestingStructuredClaims claims = new TestingStructuredClaims();
  private final AtomicInteger reads = new AtomicInteger();
  private final NodeDevices devices = new NodeDevices();
  private final List<String> log = new ArrayList<>();
  private final Logger logger = LogContext.getLogContext().getLogger(MemoryInUse.class.getName());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          log.add(ExtLogRecord.wrap(line).getFormattedMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private FakePodGroups groups;
  private PreparedClaims prepared;
  private MemoryInUse memory;

  @BeforeEach
  void startOnANodeWithTwoGpus() throws IOException {
    TestingConfig config = TestingConfig.below(root);
    groups = new FakePodGroups(root.resolve("sys/fs/cgroup"));
    groups.capacity(lines(16L << 30, 16L << 30));
    devices.replace(List.of(gpu(3), gpu(4)));
    prepared = PreparedClaims.open(root, BOOT);
    prepared.completeFrom(Map.of());
    claims.whenRead = reads::incrementAndGet;
    memory =
        new MemoryInUse(
            config, prepared, claims, devices, Meters.ofAgent(registry, config.nodeName()));
    logger.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(handler);
  }

  /** As the kernel lists both GPUs. */
  private static String lines(long ofGpu3, long ofGpu4) {
    return "drm/0000:03:00.0/vram0 %d%ndrm/0000:04:00.0/vram0 %d%n".formatted(ofGpu3, ofGpu4);
  }

  /** A claim for the GPUs of these buses is prepared and reserved for one pod. */
  private void hold(String claimUid, String podName, String podUid, int... buses)
      throws IOException {
    List<AllocatedDevice> held = Arrays.stream(buses).mapToObj(bus -> allocated(bus)).toList();
    claims.give(claimUid);
    claims.reserve(claimUid, podName, podUid);
    prepared.put(claimUid, new PreparedClaim("default", claim(claimUid).name(), held, List.of()));
  }

  private Map<String, Long> look() {
    memory.look();
    return shown();
  }

  /** Returns the figures by pod, the first digit of the container's id, and the GPU's bus. */
  private Map<String, Long> shown() {
    var figures = new java.util.TreeMap<String, Long>();
    scrape()
        .text()
        .lines()
        .filter(line -> line.startsWith(FIGURE + "{"))
        .forEach(
            line ->
                figures.put(
                    "%s/%s %s on %s"
                        .formatted(
                            label(line, "pod_namespace"),
                            label(line, "pod_name"),
                            label(line, "container_id").replaceAll("(.)\\1{63}", "$1"),
                            label(line, "gpu").substring(5, 7)),
                    (long) Double.parseDouble(line.substring(line.lastIndexOf(' ')))));
    return figures;
  }

  private Exposition scrape() {
    return new Exposition(registry.scrape());
  }

  private static String label(String line, String name) {
    return line.replaceFirst(".*[{,]" + name + "=\"([^\"]*)\".*", "$1");
  }

  @Test
  void eachContainerOfAPodWithAGpuHasAFigureUntilThePodIsGone() throws IOException {
    hold("a", "train", POD_A, 3);
    hold("b", "serve", POD_B, 4);
    FakePodGroups.use(groups.cgroupfsPod(POD_C), lines(0, 0));
    Path a = groups.cgroupfsPod(POD_A);
    FakePodGroups.use(a, lines(700, 0));
    FakePodGroups.use(a.resolve(MAIN), lines(600, 0));
    FakePodGroups.use(a.resolve(SIDECAR), lines(100, 0));
    Path b = groups.systemdPod(POD_B);
    FakePodGroups.use(b, lines(0, 5L << 30));
    FakePodGroups.use(b.resolve("cri-containerd-%s.scope".formatted(MAIN)), lines(0, 5L << 30));

    assertThat(look())
        .isEqualTo(
            Map.of(
                "default/train 1 on 03", 600L,
                "default/train 2 on 03", 100L,
                "default/serve 1 on 04", 5L << 30));
    assertThat(scrape().types()).containsEntry(FIGURE, "gauge");
    assertThat(scrape().labels(FIGURE))
        .isEqualTo(Set.of("node", "pod_namespace", "pod_name", "container_id", "gpu"));
    assertThat(scrape().help(FIGURE)).isEqualTo(Metric.MEMORY_IN_USE.meaning());
    assertThat(scrape().text()).contains("gpu=\"%s\"".formatted(uid(3)), "node=\"node1\"");

    FakePodGroups.use(a.resolve(MAIN), lines(0, 0));
    FakePodGroups.remove(a.resolve(SIDECAR));
    FakePodGroups.use(a, lines(0, 0));
    FakePodGroups.remove(b);

    assertThat(look()).isEqualTo(Map.of("default/train 1 on 03", 0L));

    FakePodGroups.remove(a);

    assertThat(look()).isEmpty();
    assertThat(scrape().types()).doesNotContainKey(FIGURE);
    assertThat(log).isEmpty();
  }

  @Test
  void aClaimIsReadOnceForEachPodThatBeginsToUseMemory() throws IOException {
    hold("a", "one", POD_A, 3);
    hold("b", "elsewhere", POD_C, 4);
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(0, 0));
    assertThat(look()).isEmpty();
    assertThat(reads).as("nobody uses memory").hasValue(0);

    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 0));
    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L));
    look();
    assertThat(reads).as("one claim, once").hasValue(1);

    claims.reserve("a", "two", POD_B);
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(2, 0));
    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L, "default/two  on 03", 2L));
    look();
    assertThat(reads).hasValue(2);
  }

  @Test
  void thePodsThatShareAGpuCostOneReadEach() throws IOException {
    int pods = 20;
    for (int i = 0; i < pods; i++) {
      hold("claim-" + i, "pod-" + i, podUid(i), 3);
    }
    for (int i = 0; i < pods; i++) {
      FakePodGroups.use(groups.cgroupfsPod(podUid(i)), lines(1, 0));
      assertThat(look()).hasSize(i + 1);
    }
    assertThat(reads).hasValueLessThanOrEqualTo(2 * pods);
  }

  private static String podUid(int number) {
    return "%08x-1111-2222-3333-444455556666".formatted(number);
  }

  /** The name of a claim that was taken over from the GAS may be found later. */
  @Test
  void thePodOfAClaimWithoutANameIsShownWhenTheClaimHasOne() throws IOException {
    hold("a", "one", POD_A, 3);
    hold("b", "two", POD_B, 3);
    PreparedClaim named = prepared.find("b").orElseThrow();
    prepared.put("b", new PreparedClaim("", "", named.devices(), List.of()));
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 0));
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(2, 0));
    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L));
    look();
    assertThat(reads).as("nothing new to read").hasValue(1);

    prepared.name(Map.of("b", named.claimName().orElseThrow()), Set.of());

    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L, "default/two  on 03", 2L));
  }

  @Test
  void onlyTheDevicesOfAPodsClaimsAreShown() throws IOException {
    hold("a", "one", POD_A, 3);
    hold("b", "one", POD_A, 4);
    claims.give("b"); // reserved for nobody: the pod uses the GPU in another way
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 2));
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(3, 4));

    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L));
    look();
    assertThat(reads).as("what pods use without a claim costs no reads").hasValue(2);
  }

  @Test
  void aMonitorsMemoryIsShown() throws IOException {
    claims.give("m");
    claims.reserve("m", "monitor", POD_A);
    prepared.put(
        "m",
        new PreparedClaim(
            "default",
            claim("m").name(),
            List.of(),
            List.of(
                new PreparedResult(
                    "r", "node1", "d", "", true, List.of("intel.com/gpu=" + uid(3))))));
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 2));

    assertThat(look()).isEqualTo(Map.of("default/monitor  on 03", 1L));
  }

  @Test
  void aClaimOfTheSameNameOrForAnotherKindOfObjectNamesNoPod() throws IOException {
    hold("a", "one", POD_A, 3);
    claims.give("a");
    claims.reserve("a", "scheduling.k8s.io", "podgroups", "group", POD_A);
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 0));
    assertThat(look()).isEmpty();

    hold("b", "other", POD_B, 4);
    claims.byName.computeIfPresent(
        claim("b").name(),
        (_, old) -> old.edit().editMetadata().withUid("new").endMetadata().build());
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(0, 1));
    assertThat(look()).isEmpty();
  }

  @Test
  void whenTheApiServerIsAwayKnownPodsStayAndNewOnesFollow() throws IOException {
    hold("a", "one", POD_A, 3);
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 0));
    look();
    claims.whenRead =
        () -> {
          throw new KubernetesClientException("connection refused");
        };
    hold("b", "two", POD_B, 4);
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(0, 2));

    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L));

    claims.whenRead = () -> {};
    assertThat(look()).isEqualTo(Map.of("default/one  on 03", 1L, "default/two  on 04", 2L));
  }

  @Test
  void garbageIsNamedOnceAndTheOthersAreShown() throws IOException {
    hold("a", "one", POD_A, 3, 4);
    hold("b", "two", POD_B, 3);
    Path a = groups.cgroupfsPod(POD_A);
    FakePodGroups.use(a, lines(5, 6));
    FakePodGroups.use(
        a.resolve(MAIN), "drm/0000:03:00.0/vram0 lots\n" + lines(0, 6).lines().toList().get(1));
    FakePodGroups.use(groups.cgroupfsPod(POD_B), lines(7, 0));

    Map<String, Long> rest = Map.of("default/one 1 on 04", 6L, "default/two  on 03", 7L);
    assertThat(look()).isEqualTo(rest);
    assertThat(look()).isEqualTo(rest);
    assertThat(log)
        .containsExactly(
            "Not used for the GPU memory in use: %s/dmem.current: line 1 says \"drm/0000:03:00.0/vram0 lots\", expected a number of bytes that a device can have"
                .formatted(a.resolve(MAIN)));

    FakePodGroups.use(a.resolve(MAIN), lines(5, 6));
    assertThat(look()).hasSize(3).containsEntry("default/one 1 on 03", 5L);
    Files.delete(a.resolve("dmem.current"));
    Files.createDirectory(a.resolve("dmem.current"));
    assertThat(look())
        .isEqualTo(
            Map.of("default/one 1 on 03", 5L, "default/one 1 on 04", 6L, "default/two  on 03", 7L));
    assertThat(log).hasSize(2).last().asString().endsWith("dmem.current: is not a regular file");
  }

  @Test
  void whatIsMissingIsSaidOnceUntilItIsThere() throws IOException {
    Path capacity = groups.root().resolve("dmem.capacity");
    Files.delete(capacity);
    look();
    look();
    assertThat(log)
        .containsExactly(
            "The GPU memory in use is not shown: %s states no GPU's memory: it takes Linux 6.14, control groups of version 2 and the xe driver"
                .formatted(capacity));

    groups.capacity(lines(1, 1));
    look();
    assertThat(log).hasSize(2).last().asString().contains("no control group of a pod was found");

    Files.createDirectories(groups.cgroupfsPod(POD_A));
    look();
    look();
    assertThat(log)
        .hasSize(3)
        .last()
        .asString()
        .contains("has a file dmem.current", "subtree_control");

    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(0, 0));
    look();
    look();
    assertThat(log).hasSize(4).last().isEqualTo("The GPU memory in use is shown");
  }

  @Test
  void aKernelThatNoLongerCountsEndsTheFigures() throws IOException {
    hold("a", "one", POD_A, 3);
    FakePodGroups.use(groups.cgroupfsPod(POD_A), lines(1, 0));
    assertThat(look()).hasSize(1);

    groups.capacity("");

    assertThat(look()).isEmpty();
  }
}
