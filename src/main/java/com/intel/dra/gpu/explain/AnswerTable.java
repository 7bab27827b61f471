package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The answers of an explanation as rows for people and programs, so many that they can be read.
 *
 * @param nodes those that are nearest to fitting first
 * @param nodesInAll how many nodes there are
 * @param notShown the other nodes
 */
public record AnswerTable(List<NodeRow> nodes, int nodesInAll, List<NotShown> notShown) {

  static final int NODES_OF_A_REASON = 10;
  static final int NODES = 50;
  static final int REQUESTS_OF_A_NODE = 16;
  static final int HOLDERS_OF_A_REQUEST = 10;
  private static final int MAX_TEXT = 500;

  public AnswerTable {
    nodes = List.copyOf(nodes);
    notShown = List.copyOf(notShown);
  }

  /**
   * One node.
   *
   * @param fits whether it has devices for all claims
   */
  public record NodeRow(
      String node, boolean fits, String reason, List<RequestRow> requests, int requestsInAll) {
    public NodeRow {
      requests = List.copyOf(requests);
    }
  }

  /**
   * What is to be said of a request on a node.
   *
   * @param claim empty for a resource that is asked for without a claim
   * @param request empty if it holds for the whole pod, as {@code claim} is then
   * @param helps what would help, in a few words
   */
  public record RequestRow(
      String claim,
      String request,
      String reason,
      String answer,
      String helps,
      List<String> heldBy,
      int holdersInAll) {
    public RequestRow {
      heldBy = List.copyOf(heldBy);
    }
  }

  /** Nodes that are only counted. */
  public record NotShown(String reason, int nodes) {}

  private record Judged(WaitReason reason, NodeAnswer answer) {}

  /** Makes rows of the answers for all nodes. */
  public static AnswerTable of(PodExplanation explanation) {
    List<Judged> all =
        explanation.nodes().stream()
            .map(answer -> new Judged(Sentences.reasonOf(answer), answer))
            .sorted(Comparator.comparing(Judged::reason))
            .toList();
    var shown = new ArrayList<NodeRow>();
    Map<WaitReason, Integer> ofReason = new EnumMap<>(WaitReason.class);
    Map<WaitReason, Integer> more = new EnumMap<>(WaitReason.class);
    for (Judged one : all) {
      if (shown.size() < NODES
          && ofReason.merge(one.reason(), 1, Integer::sum) <= NODES_OF_A_REASON) {
        shown.add(row(one));
      } else {
        more.merge(one.reason(), 1, Integer::sum);
      }
    }
    return new AnswerTable(
        shown,
        all.size(),
        more.entrySet().stream()
            .map(entry -> new NotShown(entry.getKey().word(), entry.getValue()))
            .toList());
  }

  private static NodeRow row(Judged one) {
    List<RequestRow> requests =
        switch (one.answer()) {
          case NodeAnswer.Fits fits ->
              fits.devices().stream()
                  .map(
                      placed ->
                          new RequestRow(
                              cut(placed.claim()),
                              cut(placed.request()),
                              WaitReason.DEVICES_ARE_FREE.word(),
                              cut("fits: device " + placed.device().device()),
                              "",
                              List.of(),
                              0))
                  .toList();
          case NodeAnswer.DoesNotFit not ->
              not.failures().stream()
                  .flatMap(failure -> flat(failure))
                  .map(AnswerTable::row)
                  .toList();
          case NodeAnswer.Excluded excluded ->
              List.of(ofPod(excluded.reason(), "left out: " + excluded.why()));
          case NodeAnswer.Fails fails ->
              List.of(ofPod(fails.reason(), "the scheduler ends its attempt: " + fails.error()));
          case NodeAnswer.OfPlugin plugin ->
              List.of(
                  ofPod(
                      WaitReason.OF_DEVICE_PLUGIN,
                      "has %s from a device plugin".formatted(plugin.resource())));
          case NodeAnswer.Unknown unknown ->
              List.of(ofPod(WaitReason.UNKNOWN, "it could not be found out: " + unknown.why()));
        };
    return new NodeRow(
        one.answer().node(),
        one.answer() instanceof NodeAnswer.Fits,
        one.reason().word(),
        requests.stream().limit(REQUESTS_OF_A_NODE).toList(),
        requests.size());
  }

  /** Alternatives are rows of their own. */
  private static Stream<RequestFailure> flat(RequestFailure failure) {
    return failure.cause() instanceof Cause.NoAlternative(var alternatives)
            && !alternatives.isEmpty()
        ? alternatives.stream()
        : Stream.of(failure);
  }

  private static RequestRow row(RequestFailure failure) {
    List<ClaimKey> holders =
        switch (failure.cause()) {
          case Cause.InUse inUse -> inUse.holders();
          case Cause.CountersUsed used -> used.holders();
          case Cause.CapacityUsed used -> used.holders();
          default -> List.of();
        };
    WaitReason reason = failure.cause().reason();
    return new RequestRow(
        cut(failure.claim()),
        cut(failure.request()),
        reason.word(),
        cut(Sentences.withoutHolders(failure.cause())),
        reason.helps(),
        holders.stream().limit(HOLDERS_OF_A_REQUEST).map(ClaimKey::toString).toList(),
        holders.size());
  }

  private static RequestRow ofPod(WaitReason reason, String answer) {
    return new RequestRow("", "", reason.word(), cut(answer), reason.helps(), List.of(), 0);
  }

  private static String cut(String text) {
    return Sentences.text(text, MAX_TEXT);
  }
}
