package com.intel.dra.gpu.controller.explaining;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.controller.leader.NotLeadingException;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.WaitReason;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.metrics.Meters;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * When Events are written on pods that wait, when they are changed, and when nothing is written.
 */
class WaitingPodsTest {

  private static final String BUSY = "8 devices are in use by claim team/other.";
  private static final String SELECTOR = "No device is selected.";
  private static final String FREE = "Node a has free devices for all claims.";

  /** A cluster of which the test says everything. */
  private static final class SaidCluster implements SeenCluster {
    private final Map<String, Pod> pods = new TreeMap<>();
    private ClusterView view = emptyView();
    private long changes;
    private boolean complete = true;

    private static ClusterView emptyView() {
      return new ClusterView(
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          SchedulerFeatures.all());
    }

    void changed() {
      view = emptyView();
      changes++;
    }

    @Override
    public long changes() {
      return changes;
    }

    @Override
    public boolean isComplete() {
      return complete;
    }

    @Override
    public List<Pod> waitingPods() {
      return List.copyOf(pods.values());
    }

    @Override
    public ClusterView view() {
      return view;
    }
  }

  /** Time passes only when the test says so. */
  private static final class Time extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final SaidCluster cluster = new SaidCluster();
  private final FakeEvents api = new FakeEvents();
  private final Time time = new Time();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WaitingPodMetrics metrics = new WaitingPodMetrics(Meters.ofController(registry));
  private final Map<String, PodExplanation> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Duration questionTakes = Duration.ZERO;
  private boolean leads = true;
  private WaitingPods waiting = process();

  private WaitingPods process() {
    return new WaitingPods(
        cluster, this::explain, new PodEvents(api, time), metrics, () -> leads, time);
  }

  private PodExplanation explain(ClusterView view, Pod pod) {
    asked.add(pod.getMetadata().getName());
    time.now = time.now.plus(questionTakes);
    PodExplanation answer = answers.get(pod.getMetadata().getName());
    if (answer == null) {
      throw new IllegalStateException("no answer");
    }
    return answer;
  }

  private void pod(String name) {
    cluster.pods.put(
        name,
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("team")
            .withName(name)
            .withUid("uid-" + name)
            .withResourceVersion("1")
            .endMetadata()
            .build());
  }

  private void answer(String pod, WaitReason reason, String sentence) {
    answers.put(pod, new PodExplanation(reason, sentence, List.of()));
    cluster.changed();
  }

  private void waits(String pod, String sentence) {
    pod(pod);
    answer(pod, WaitReason.IN_USE, sentence);
  }

  private void pass(Duration all) {
    Instant end = time.now.plus(all);
    while (time.now.isBefore(end)) {
      waiting.look();
      time.now = time.now.plus(WaitingPods.PERIOD);
    }
    waiting.look();
  }

  @Test
  void aPodThatWaitsGetsOneEventWithinSeconds() {
    waits("a", BUSY);
    pass(Duration.ofSeconds(3));
    assertThat(api.writes()).as("the scheduler may still be at it").isEmpty();

    pass(Duration.ofSeconds(6));

    assertThat(api.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("WaitsForDevices");
              assertThat(event.getType()).isEqualTo("Warning");
              assertThat(event.getMessage()).isEqualTo(BUSY);
              assertThat(event.getMetadata().getNamespace()).isEqualTo("team");
              assertThat(event.getInvolvedObject().getUid()).isEqualTo("uid-a");
              assertThat(event.getInvolvedObject().getKind()).isEqualTo("Pod");
              assertThat(event.getSource().getComponent()).isEqualTo("gpu.dra.intel.com");
            });
    pass(Duration.ofMinutes(20));
    assertThat(api.writes()).as("nothing new").containsExactly("create a");
  }

  @Test
  void anotherAnswerChangesTheSameEvent() {
    waits("a", BUSY);
    pass(Duration.ofSeconds(10));
    answer("a", WaitReason.CLAIM_SELECTOR, SELECTOR);
    pass(Duration.ofMinutes(1));

    assertThat(api.messages()).containsExactly(SELECTOR);
    assertThat(api.events().getFirst().getCount()).isEqualTo(2);
  }

  @Test
  void devicesThatAreFreeAreToldOnlyIfTheyStayFree() {
    pod("a");
    answer("a", WaitReason.DEVICES_ARE_FREE, FREE);
    pass(Duration.ofSeconds(20));
    answer("a", WaitReason.IN_USE, BUSY);
    pass(Duration.ofSeconds(12));
    assertThat(api.messages()).containsExactly(BUSY);

    answer("a", WaitReason.DEVICES_ARE_FREE, FREE);
    pass(Duration.ofSeconds(27));
    assertThat(api.messages()).containsExactly(BUSY);
    pass(Duration.ofSeconds(20));

    assertThat(api.messages()).containsExactly(BUSY, FREE);
    assertThat(api.events().getLast().getReason()).isEqualTo("DevicesAreFree");
    assertThat(api.events().getLast().getType()).isEqualTo("Normal");
  }

  @Test
  void anAnswerThatChangesAllTheTimeIsWrittenSeldom() {
    waits("a", BUSY);
    for (int i = 0; i < 1200; i++) { // an hour
      answer("a", WaitReason.IN_USE, i + " devices are in use.");
      waiting.look();
      time.now = time.now.plus(WaitingPods.PERIOD);
    }

    // a burst, and one in five minutes; each of them a create that conflicts, and an update
    assertThat(api.events()).hasSize(1);
    assertThat(api.writes().size()).isBetween(20, 2 * (WaitingPod.BURST + 12));
    assertThat(asked.size()).isLessThanOrEqualTo(360);
  }

  @Test
  void manyPodsAreToldSomeAtATime() {
    IntStream.range(0, 100).forEach(i -> waits("p" + i, BUSY));
    pass(Duration.ofSeconds(3));
    int before = api.writes().size();
    int mostInALook = 0;
    for (int look = 0; look < 10; look++) {
      time.now = time.now.plus(WaitingPods.PERIOD);
      waiting.look();
      mostInALook = Math.max(mostInALook, api.writes().size() - before);
      before = api.writes().size();
    }

    assertThat(mostInALook).isEqualTo(WaitingPods.MOST_WRITES);
    assertThat(api.events().stream().map(event -> event.getInvolvedObject().getName()))
        .as("each of them in the end")
        .hasSize(100);
  }

  @Test
  void slowQuestionsEndTheLookAndNoPodIsLeftOut() {
    questionTakes = Duration.ofSeconds(2);
    IntStream.range(0, 10).forEach(i -> waits("p" + i, BUSY));
    time.now = time.now.plusSeconds(0);
    waiting.look();
    time.now = time.now.plusSeconds(6);
    waiting.look();
    assertThat(asked).hasSize(2);

    pass(Duration.ofMinutes(1));

    assertThat(Set.copyOf(asked)).hasSize(10);
  }

  @Test
  void nothingIsAskedAgainWhileNothingHasChanged() {
    waits("a", BUSY);
    pass(Duration.ofMinutes(10));
    assertThat(asked).hasSize(1);

    cluster.changed();
    pass(Duration.ofMinutes(10));
    assertThat(asked).hasSize(2);
  }

  @Test
  void aPodThatIsGoneIsForgotten() {
    waits("a", BUSY);
    pass(Duration.ofSeconds(10));
    assertThat(waitingPods()).containsEntry("in_use", 1.0);

    cluster.pods.clear();
    pass(Duration.ofMinutes(40));

    assertThat(api.writes()).containsExactly("create a");
    assertThat(waitingPods()).containsEntry("in_use", 0.0);
  }

  @Test
  void theSameIsToldAgainBeforeTheApiServerDeletesTheEvent() {
    waits("a", BUSY);
    pass(Duration.ofMinutes(35));

    assertThat(api.messages()).containsExactly(BUSY);
    assertThat(api.events().getFirst().getCount()).isEqualTo(2);
  }

  @Test
  void anotherLeaderDoesNotRepeatWhatIsToldAlready() {
    waits("a", BUSY);
    pass(Duration.ofSeconds(10));
    waiting = process();
    pass(Duration.ofSeconds(10));

    assertThat(api.events()).singleElement().extracting(Event::getCount).isEqualTo(1);
  }

  @Test
  void aProcessThatDoesNotLeadDoesNothing() {
    leads = false;
    waits("a", BUSY);
    pass(Duration.ofMinutes(1));

    assertThat(asked).isEmpty();
    assertThat(api.writes()).isEmpty();
  }

  @Test
  void nothingIsSaidBeforeEverythingIsKnown() {
    cluster.complete = false;
    waits("a", BUSY);
    pass(Duration.ofMinutes(1));

    assertThat(asked).isEmpty();
  }

  @Test
  void aWriteThatFailsIsTriedAgainLaterAndCostsNoOtherPod() {
    waits("a", BUSY);
    api.fail(new KubernetesClientException("namespace team is being deleted"));
    pass(Duration.ofSeconds(20));
    assertThat(api.writes()).hasSize(1);

    api.work();
    waits("b", BUSY);
    pass(Duration.ofSeconds(30));
    assertThat(api.messages()).containsExactly(BUSY, BUSY);
  }

  @Test
  void theLeadThatIsLostEndsTheLook() {
    waits("a", BUSY);
    waits("b", BUSY);
    api.fail(new NotLeadingException("lost"));
    pass(Duration.ofSeconds(6));

    assertThat(api.writes()).hasSize(1);
  }

  @Test
  void aQuestionThatFailsCostsNoOtherPod() {
    pod("broken");
    waits("well", BUSY);
    pass(Duration.ofSeconds(10));

    assertThat(api.writes()).containsExactly("create well");
    assertThat(asked).contains("broken");
  }

  @Test
  void aSentenceLongerThanAnEventMayBeIsCut() {
    waits("a", "x".repeat(100_000));
    pass(Duration.ofSeconds(10));

    assertThat(api.messages()).singleElement().asString().hasSize(1024);
  }

  @Test
  void textsOfUsersAreHarmlessInTheEvent() {
    String hostile = "\u001b[31m\n\u202e" + "n".repeat(100_000);
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("team")
            .withName("a")
            .withUid("uid-a")
            .endMetadata()
            .withNewSpec()
            .addNewResourceClaim()
            .withName(hostile)
            .withResourceClaimName(hostile)
            .endResourceClaim()
            .endSpec()
            .build();
    cluster.pods.put("a", pod);
    waiting =
        new WaitingPods(
            cluster, new Explainer()::explain, new PodEvents(api, time), metrics, () -> true, time);
    pass(Duration.ofSeconds(10));

    assertThat(api.messages())
        .singleElement()
        .asString()
        .hasSizeLessThan(1024)
        .startsWith("Claim team/")
        .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    assertThat(waitingPods()).containsEntry("claim_missing", 1.0);
  }

  private Map<String, Double> waitingPods() {
    return registry.find("gpu.dra.waiting.pods").gauges().stream()
        .collect(
            Collectors.toMap(
                gauge -> String.valueOf(gauge.getId().getTag("reason")), gauge -> gauge.value()));
  }
}
