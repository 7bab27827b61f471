package com.intel.dra.gpu.bench.targets;

import com.intel.dra.gpu.bench.results.Published.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the driver may cost: all targets, and the costs whose growth is looked at. */
final class Targets {

  private static final String STRUCTURED = "scheduling, structured";
  private static final String CLASSIC = "scheduling, classic";
  private static final String PREPARING = "preparing";
  private static final String AGENT = "agent";
  private static final String CONTROLLER = "controller";
  private static final String API_SERVER = "API server";

  static final List<Target> ALL = all();

  static final List<Growth> GROWTH =
      List.of(
          structured("Go driver's slices: scheduler CPU ms a pod", "go"),
          structured("whole GPUs: scheduler CPU ms a pod", "gpus"),
          structured("shares: scheduler CPU ms a pod", "gpus+shared:share"),
          structured("VFs: scheduler CPU ms a pod", "gpus+vfs:vf"),
          classic("classic, test driver: ms from pod to pod", "reference: ms a pod"),
          classic("classic: ms from pod to pod", "intel-gpu: ms a pod"),
          classic("classic: controller CPU ms a pod", "intel-gpu: CPU ms a pod"),
          classic("classic: controller RSS MiB", "intel-gpu: RSS MiB"),
          classic("classic: kB received a pod", "intel-gpu: kB received a pod"),
          new Growth(
              "controller: first allocation after s",
              "first allocation after s",
              "nodes",
              Map.of(100, "start-100", 1000, "start")),
          agent("prepare v1: p50 ms", "prepare: p50 ms"),
          agent("prepare v1: 100 claims in a call, ms", "100 claims: p50 ms"),
          agent("agent: serves after s", "serves after s"),
          agent("agent: RSS MiB", "RSS MiB after the pairs"),
          agent("agent: idle % of a core", "idle % of a core"),
          new Growth(
              "published, from the first start, s",
              Event.FIRST_START.told() + ": s",
              "GPUs",
              Map.of(1, "publish-1", 8, "publish-8", 64, "publish")));

  private Targets() {}

  private static List<Target> all() {
    var all = new ArrayList<Target>();
    for (int nodes : new int[] {100, 400, 1000}) {
      String step = "structured-" + nodes;
      String at = " at %d nodes".formatted(nodes);
      all.add(
          target(
              STRUCTURED,
              "whole GPUs, pods/s to the Go driver's" + at,
              "",
              new Bound.AtLeast(0.9),
              step,
              "gpus: pods/s, to go"));
      all.add(
          target(
              STRUCTURED,
              "whole GPUs, scheduler CPU to the Go driver's" + at,
              "",
              new Bound.AtMost(1.2),
              step,
              "gpus: scheduler CPU ms a pod, to go"));
      all.add(
          target(
              STRUCTURED,
              "shares, pods/s to the Go driver's" + at,
              "",
              new Bound.AtLeast(0.8),
              step,
              "gpus+shared:share: pods/s, to go"));
      all.add(
          target(
              STRUCTURED,
              "VFs on demand, pods/s to the Go driver's" + at,
              "",
              new Bound.AtLeast(0.6),
              step,
              "gpus+vfs:vf: pods/s, to go"));
    }
    String v1 = "prepare-v1";
    all.addAll(
        List.of(
            atMost(PREPARING, "v1, p50", 4, "ms", v1, "prepare: p50 ms"),
            atMost(PREPARING, "v1, p99", 15, "ms", v1, "prepare: p99 ms"),
            atMost(PREPARING, "v1, 100 claims in a call", 80, "ms", v1, "100 claims: p50 ms"),
            atMost(
                PREPARING,
                "the kubelet's own metric of a call once warm, on average",
                10,
                "ms",
                "kubelet",
                "grpc NodePrepareResources: ms"),
            atMost(
                PREPARING,
                "classic, 100 claims in a call",
                100,
                "ms",
                "prepare-classic",
                "100 claims: p50 ms"),
            atMost(AGENT, "RSS after 1000 pairs", 150, "MiB", v1, "RSS MiB after the pairs"),
            atMost(AGENT, "of it no file's", 90, "MiB", v1, "RssAnon MiB after the pairs"),
            atMost(AGENT, "at rest with 8 GPUs", 0.2, "% of a core", v1, "idle % of a core"),
            atMost(AGENT, "serves after its start", 1.0, "s", v1, "serves after s"),
            atMost(
                AGENT,
                "64 GPUs published after its first start",
                1.8,
                "s",
                "publish",
                Event.FIRST_START.told() + ": s"),
            atMost(
                AGENT,
                "writes of slices when one of 64 GPUs goes",
                1,
                "",
                "publish",
                Event.ONE_GONE.told() + ": slices written"),
            atMost(
                AGENT, "requests at rest", 0, "", "publish", Event.AT_REST.told() + ": requests"),
            target(
                CLASSIC,
                "pods/s to the test driver, which decides nothing",
                "",
                new Bound.AtLeast(0.9),
                "scheduling",
                "intel-gpu: pods/s, to reference"),
            atMost(
                CONTROLLER,
                "CPU a pod after the first 500",
                8,
                "ms",
                "scheduling-waves",
                "intel-gpu: CPU ms a pod after the first wave"),
            atMost(
                CONTROLLER,
                "RSS with 1000 nodes and 10 000 claims",
                220,
                "MiB",
                "start",
                "RSS MiB"),
            atMost(
                CONTROLLER,
                "first allocation with 1000 nodes and 10 000 claims",
                10,
                "s",
                "start",
                "first allocation after s"),
            atMost(
                CONTROLLER,
                "a decision with 128 nodes, after one has changed",
                1000,
                "µs",
                "allocator",
                "answerAfterOneNodeHasChanged, 128 nodes: µs"),
            atMost(
                API_SERVER,
                "classic, requests a pod",
                3.5,
                "",
                "scheduling",
                "intel-gpu: requests a pod"),
            atMost(
                API_SERVER,
                "classic, writes a pod",
                3.1,
                "",
                "scheduling",
                "intel-gpu: writes a pod"),
            atMost(
                API_SERVER,
                "structured, requests a claim, prepared and unprepared",
                3.1,
                "",
                v1,
                "agent: requests a claim"),
            atMost(
                API_SERVER,
                "classic, lists without pages, 100 nodes",
                0,
                "",
                "scheduling",
                "intel-gpu: lists without pages"),
            atMost(
                API_SERVER,
                "classic, lists without pages at a start with 1000 nodes",
                0,
                "",
                "start",
                "lists without pages"),
            atMost(
                API_SERVER,
                "structured, lists without pages while claims are prepared",
                0,
                "",
                v1,
                "agent: lists without pages"),
            atMost(
                API_SERVER,
                "structured, lists without pages while GPUs are published",
                0,
                "",
                "publish",
                "lists without pages")));
    return List.copyOf(all);
  }

  private static Target target(
      String topic, String name, String unit, Bound bound, String step, String figure) {
    return new Target(topic, name, unit, bound, step, figure);
  }

  private static Target atMost(
      String topic, String name, double most, String unit, String step, String figure) {
    return target(topic, name, unit, new Bound.AtMost(most), step, figure);
  }

  private static Growth structured(String name, String row) {
    return new Growth(
        name,
        row + ": scheduler CPU ms a pod",
        "nodes",
        Map.of(
            10,
            "structured-10",
            100,
            "structured-100",
            400,
            "structured-400",
            1000,
            "structured-1000"));
  }

  private static Growth classic(String name, String figure) {
    return new Growth(
        name,
        figure,
        "nodes",
        Map.of(10, "scheduling-10", 100, "scheduling", 1000, "scheduling-1000"));
  }

  private static Growth agent(String name, String figure) {
    return new Growth(
        name, figure, "GPUs", Map.of(1, "prepare-v1-1", 8, "prepare-v1", 64, "prepare-v1-64"));
  }
}
