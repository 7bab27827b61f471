package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.logs.HarmlessCharacters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes sentences of answers. Texts of users are cut and made harmless. */
final class Sentences {

  private static final int MAX_PART = 120;
  private static final int MAX_ERROR = 400;
  private static final int MAX_HOLDERS = 3;

  private Sentences() {}

  static PodExplanation ofPod(WaitReason reason, String what) {
    return new PodExplanation(reason, sentence(text(what, MAX_ERROR)), List.of());
  }

  static PodExplanation of(List<NodeAnswer> answers) {
    Optional<NodeAnswer.Fails> fails = first(answers, NodeAnswer.Fails.class);
    if (fails.isPresent()) {
      return new PodExplanation(
          fails.get().reason(),
          sentence(
              "the scheduler cannot place the pod on any node: "
                  + text(fails.get().error(), MAX_ERROR)),
          answers);
    }
    List<NodeAnswer.Fits> fits = all(answers, NodeAnswer.Fits.class);
    if (!fits.isEmpty()) {
      return new PodExplanation(
          WaitReason.DEVICES_ARE_FREE,
          sentence(
              "node %s%s has free devices for all claims: if the pod still waits, then not for devices"
                  .formatted(fits.getFirst().node(), more(fits.size()))),
          answers);
    }
    Optional<NodeAnswer.OfPlugin> ofPlugin = first(answers, NodeAnswer.OfPlugin.class);
    if (ofPlugin.isPresent()) {
      return new PodExplanation(
          WaitReason.OF_DEVICE_PLUGIN,
          sentence(
              "node %s%s has %s from a device plugin, and the scheduler's own Event says whether it is used up"
                  .formatted(
                      ofPlugin.get().node(),
                      more(all(answers, NodeAnswer.OfPlugin.class).size()),
                      text(ofPlugin.get().resource(), MAX_PART))),
          answers);
    }
    Optional<NodeAnswer.Unknown> unknown = first(answers, NodeAnswer.Unknown.class);
    if (unknown.isPresent()) {
      return new PodExplanation(
          WaitReason.UNKNOWN,
          sentence(
              "it could not be found out whether node %s has devices: %s"
                  .formatted(unknown.get().node(), text(unknown.get().why(), MAX_ERROR))),
          answers);
    }
    return all(answers, NodeAnswer.DoesNotFit.class).stream()
        .min(Comparator.comparing(Sentences::reason))
        .map(best -> ofBest(best, answers))
        .orElseGet(() -> ofExcluded(answers));
  }

  private static PodExplanation ofBest(NodeAnswer.DoesNotFit best, List<NodeAnswer> answers) {
    RequestFailure failure = worst(best);
    return new PodExplanation(
        reason(best),
        sentence(
            "%s: on node %s %s%s"
                .formatted(
                    asking(failure), best.node(), of(failure.cause()), others(best, answers))),
        answers);
  }

  private static String asking(RequestFailure failure) {
    String request = text(failure.request(), MAX_PART);
    String claim = text(failure.claim(), MAX_PART);
    if (claim.isEmpty()) {
      return request.isEmpty() ? "resources of the pod" : "resource " + request;
    }
    return "%s of claim %s".formatted(request.isEmpty() ? "requests" : "request " + request, claim);
  }

  private static PodExplanation ofExcluded(List<NodeAnswer> answers) {
    if (answers.isEmpty()) {
      return ofPod(WaitReason.NODE_EXCLUDED, "the cluster has no nodes");
    }
    List<NodeAnswer.Excluded> excluded = all(answers, NodeAnswer.Excluded.class);
    NodeAnswer.Excluded first =
        excluded.stream()
            .min(
                Comparator.comparing(NodeAnswer.Excluded::reason)
                    .thenComparing(NodeAnswer.Excluded::rule))
            .orElseThrow();
    return new PodExplanation(
        first.reason(),
        sentence(
            "the pod may run on none of %d nodes: node %s is left out because %s"
                .formatted(answers.size(), first.node(), text(first.why(), MAX_ERROR))),
        answers);
  }

  /** A node waits for the failure that ends last. */
  private static WaitReason reason(NodeAnswer.DoesNotFit answer) {
    return worst(answer).cause().reason();
  }

  /** The reason of a node's answer. */
  static WaitReason reasonOf(NodeAnswer answer) {
    return switch (answer) {
      case NodeAnswer.Fits ignored -> WaitReason.DEVICES_ARE_FREE;
      case NodeAnswer.DoesNotFit not -> reason(not);
      case NodeAnswer.Excluded excluded -> excluded.reason();
      case NodeAnswer.Fails fails -> fails.reason();
      case NodeAnswer.OfPlugin ignored -> WaitReason.OF_DEVICE_PLUGIN;
      case NodeAnswer.Unknown ignored -> WaitReason.UNKNOWN;
    };
  }

  private static RequestFailure worst(NodeAnswer.DoesNotFit answer) {
    return answer.failures().stream()
        .max(Comparator.comparing(failure -> failure.cause().reason()))
        .orElseThrow();
  }

  private static String others(NodeAnswer.DoesNotFit best, List<NodeAnswer> answers) {
    Map<WaitReason, Long> count = new EnumMap<>(WaitReason.class);
    for (NodeAnswer answer : answers) {
      switch (answer) {
        case NodeAnswer.DoesNotFit other when other != best ->
            count.merge(reason(other), 1L, Long::sum);
        case NodeAnswer.Excluded excluded -> count.merge(excluded.reason(), 1L, Long::sum);
        default -> {}
      }
    }
    long nodes = count.values().stream().mapToLong(Long::longValue).sum();
    return nodes == 0
        ? ""
        : "; other nodes: "
            + count.entrySet().stream()
                .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey().label()))
                .collect(Collectors.joining(", "));
  }

  /** What keeps a request waiting, as the second half of a sentence about a node. */
  static String of(Cause cause) {
    return switch (cause) {
      case Cause.NoDevices() -> "no devices are published";
      case Cause.ClassSelector(var name, var part, var because, var device) ->
          "no device is of class %s: %s is false%s for device %s"
              .formatted(
                  text(name, MAX_PART), text(part, MAX_PART), because(because), device.device());
      case Cause.ClaimSelector(var part, var because, var device) ->
          "no device is selected: %s is false%s for device %s"
              .formatted(text(part, MAX_PART), because(because), device.device());
      case Cause.TooFew(var wanted, var suitable) ->
          "%d %s, but %d are wanted"
              .formatted(suitable, suitable == 1 ? "device suits" : "devices suit", wanted);
      case Cause.Tainted(var device, var taint, var devices, var others) ->
          "%d %s a taint that is not tolerated, such as %s of device %s%s"
              .formatted(
                  devices,
                  devices == 1 ? "device has" : "devices have",
                  text(taint, MAX_PART),
                  device.device(),
                  beside(others));
      case Cause.InUse(var devices, var holders, var others) ->
          "%d %s in use by %s%s"
              .formatted(
                  devices,
                  devices == 1 ? "device is" : "devices are",
                  holders(holders),
                  beside(others));
      case Cause.CountersUsed used -> left(used) + "; " + rest(used.holders());
      case Cause.CapacityUsed used -> left(used) + "; " + rest(used.holders());
      case Cause.CapacityNotOffered(var device, var capacity, var wanted, var most) ->
          "%s of %s is wanted, and device %s has %s"
              .formatted(
                  wanted,
                  text(capacity, MAX_PART),
                  device.device(),
                  most.map(amount -> "at most " + amount).orElse("no such capacity"));
      case Cause.Constraint(var kind, var attribute, var values) ->
          "no choice of devices meets the constraint %s on %s%s"
              .formatted(kind, text(attribute, MAX_PART), because(values));
      case Cause.NotTogether() ->
          "there are devices for each request alone, but not for all together";
      case Cause.PoolIncomplete(var pool, var generation, var slices, var expected) ->
          "pool %s is being published: generation %d has %d of %d slices"
              .formatted(pool, generation, slices, expected);
      case Cause.PoolInvalid(var pool, var why) ->
          "pool %s contradicts itself: %s".formatted(pool, text(why, MAX_PART));
      case Cause.TooManyDevices(var wanted, var limit) ->
          "%d devices are wanted, and a claim can have %d".formatted(wanted, limit);
      case Cause.NoAlternative(var alternatives) ->
          "no alternative can be had: "
              + alternatives.stream()
                  .map(one -> "%s: %s".formatted(text(one.request(), MAX_PART), of(one.cause())))
                  .collect(Collectors.joining("; "));
    };
  }

  /** The same, where the claims that have the devices are told beside it. */
  static String withoutHolders(Cause cause) {
    return switch (cause) {
      case Cause.InUse(var devices, var ignored, var others) ->
          (devices == 1 ? "1 device is in use" : "%d devices are in use".formatted(devices))
              + beside(others);
      case Cause.CountersUsed used when !used.holders().isEmpty() -> left(used);
      case Cause.CapacityUsed used when !used.holders().isEmpty() -> left(used);
      default -> of(cause);
    };
  }

  private static String left(Cause.CountersUsed used) {
    return "device %s needs %s of %s of %s, of which %s is left"
        .formatted(
            used.device().device(),
            used.wanted(),
            text(used.counter(), MAX_PART),
            text(used.counterSet(), MAX_PART),
            used.left());
  }

  private static String left(Cause.CapacityUsed used) {
    return "%s of %s is wanted, and device %s has %s of %s left"
        .formatted(
            used.wanted(),
            text(used.capacity(), MAX_PART),
            used.device().device(),
            used.left(),
            used.all());
  }

  /** What is to be said of devices that suit and that the sentence has not named. */
  private static String beside(Cause.Others others) {
    var parts = new ArrayList<String>();
    if (others.tainted() > 0) {
      parts.add("%d more %s tainted".formatted(others.tainted(), are(others.tainted())));
    }
    if (others.usedUp() > 0) {
      parts.add("%d more %s used up".formatted(others.usedUp(), are(others.usedUp())));
    }
    if (others.free() > 0 || others.wanted() > 1) {
      parts.add(
          "%s free, but %d %s wanted"
              .formatted(
                  others.free() == 0
                      ? "none is"
                      : "%d %s".formatted(others.free(), are(others.free())),
                  others.wanted(),
                  are(others.wanted())));
    }
    return parts.isEmpty() ? "" : "; " + String.join(", ", parts);
  }

  private static String are(long devices) {
    return devices == 1 ? "is" : "are";
  }

  private static String because(String because) {
    return because.isEmpty() ? "" : " (%s)".formatted(text(because, MAX_PART));
  }

  private static String rest(List<ClaimKey> holders) {
    return switch (holders.size()) {
      case 0 -> "no claim holds the rest";
      case 1 -> holders(holders) + " holds the rest";
      default -> holders(holders) + " hold the rest";
    };
  }

  private static String holders(List<ClaimKey> holders) {
    String names =
        holders.stream()
            .limit(MAX_HOLDERS)
            .map(ClaimKey::toString)
            .collect(Collectors.joining(", "));
    String more =
        holders.size() > MAX_HOLDERS ? " and %d more".formatted(holders.size() - MAX_HOLDERS) : "";
    return (holders.size() == 1 ? "claim " : "claims ") + names + more;
  }

  private static String more(int nodes) {
    return nodes == 1 ? "" : " (and %d more)".formatted(nodes - 1);
  }

  private static String sentence(String text) {
    String whole = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    String begun = whole.substring(0, 1).toUpperCase(Locale.ROOT) + whole.substring(1);
    return text(begun, PodExplanation.MAX_SUMMARY - 1) + ".";
  }

  /** On one line, without control characters, no longer than {@code max}. */
  static String text(String text, int max) {
    String begun = text.length() > 2 * max ? text.substring(0, 2 * max) : text;
    String harmless = HarmlessCharacters.blanked(begun).strip();
    if (harmless.length() <= max && begun.length() == text.length()) {
      return harmless;
    }
    int end = Math.min(harmless.length(), max - 3);
    if (end > 0 && Character.isHighSurrogate(harmless.charAt(end - 1))) {
      end--;
    }
    return harmless.substring(0, end) + "...";
  }

  private static <T extends NodeAnswer> List<T> all(List<NodeAnswer> answers, Class<T> kind) {
    return answers.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static <T extends NodeAnswer> Optional<T> first(List<NodeAnswer> answers, Class<T> kind) {
    return all(answers, kind).stream().findFirst();
  }
}
