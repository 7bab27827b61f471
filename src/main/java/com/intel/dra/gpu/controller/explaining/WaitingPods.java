package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.controller.leader.NotLeadingException;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.WaitReason;
import com.intel.dra.gpu.logs.LogField;
import com.intel.dra.gpu.logs.LogFields;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Asks for each pod that waits why it waits, and tells its owner by an Event. One look takes some
 * seconds at most and writes little; what it leaves, the next look does. Call it from one thread.
 */
public final class WaitingPods {

  /** The pause between two looks. */
  public static final Duration PERIOD = Duration.ofSeconds(3);

  /** After this time a look asks no further question. The last question may take longer. */
  static final Duration MOST_TIME = Duration.ofSeconds(3);

  /** With {@link #PERIOD}, fewer than ten a second for the whole cluster. */
  static final int MOST_WRITES = 20;

  private static final Logger LOG = Logger.getLogger(WaitingPods.class);

  private final SeenCluster cluster;
  private final BiFunction<ClusterView, Pod, PodExplanation> explainer;
  private final PodEvents events;
  private final WaitingPodMetrics metrics;
  private final BooleanSupplier leads;
  private final InstantSource clock;
  private final Map<String, WaitingPod> known = new HashMap<>();

  /**
   * @param explainer bounded in work
   * @param leads whether this process may write
   * @param clock for pauses, not for times that people read
   */
  public WaitingPods(
      SeenCluster cluster,
      BiFunction<ClusterView, Pod, PodExplanation> explainer,
      PodEvents events,
      WaitingPodMetrics metrics,
      BooleanSupplier leads,
      InstantSource clock) {
    this.cluster = cluster;
    this.explainer = explainer;
    this.events = events;
    this.metrics = metrics;
    this.leads = leads;
    this.clock = clock;
  }

  /**
   * Blocks while Events are written. A process that does not lead writes none, but has the cluster
   * read to the end: it answers questions, too.
   */
  public void look() {
    if (!cluster.isComplete() || !leads.getAsBoolean()) {
      known.clear();
      metrics.found(Map.of());
      return;
    }
    noteWhoWaits();
    ask();
    metrics.found(count());
    tell();
  }

  private void noteWhoWaits() {
    Instant now = clock.instant();
    var waiting = new HashSet<String>();
    for (Pod pod : cluster.waitingPods()) {
      String uid = pod.getMetadata().getUid();
      waiting.add(uid);
      known.computeIfAbsent(uid, _ -> new WaitingPod(pod, now)).seen(pod);
    }
    known.keySet().retainAll(waiting);
  }

  private void ask() {
    Instant begun = clock.instant();
    long changes = cluster.changes();
    ClusterView view = cluster.view();
    List<WaitingPod> due =
        known.values().stream()
            .filter(pod -> pod.isToBeAsked(changes, begun))
            .sorted(Comparator.comparing(WaitingPod::asked).thenComparing(WaitingPod::since))
            .toList();
    for (WaitingPod pod : due) {
      Instant now = clock.instant();
      if (begun.plus(MOST_TIME).isBefore(now)) {
        return;
      }
      pod.asking(changes, now);
      try {
        pod.answered(explainer.apply(view, pod.pod()), now);
      } catch (RuntimeException | StackOverflowError e) {
        pod.failed();
        try (LogFields _ = fields(pod)) {
          LOG.error("Defect: it could not be found out why a pod waits", e);
        }
      }
    }
  }

  private Map<WaitReason, Long> count() {
    var count = new EnumMap<WaitReason, Long>(WaitReason.class);
    known
        .values()
        .forEach(pod -> pod.reason().ifPresent(reason -> count.merge(reason, 1L, Long::sum)));
    return count;
  }

  private void tell() {
    Instant begun = clock.instant();
    List<WaitingPod> due =
        known.values().stream()
            .filter(pod -> pod.toTell(begun).isPresent())
            .sorted(Comparator.comparing(WaitingPod::wasTold).thenComparing(WaitingPod::since))
            .limit(MOST_WRITES)
            .toList();
    for (WaitingPod pod : due) {
      if (begun.plus(MOST_TIME).isBefore(clock.instant())) {
        return;
      }
      String sentence = pod.toTell(begun).orElseThrow();
      pod.telling(begun);
      try {
        events.write(pod.pod(), pod.event(), sentence);
        pod.told();
      } catch (NotLeadingException e) {
        return;
      } catch (RuntimeException e) {
        // for example of a namespace that is being deleted, or while the API server is away
        try (LogFields _ = fields(pod)) {
          LOG.warnf("Event %s could not be written: %s", pod.event().word(), e.getMessage());
        }
      }
    }
  }

  private static LogFields fields(WaitingPod pod) {
    return LogFields.with(
        LogField.POD,
        pod.pod().getMetadata().getNamespace() + "/" + pod.pod().getMetadata().getName());
  }
}
