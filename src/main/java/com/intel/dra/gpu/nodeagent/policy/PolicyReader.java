package com.intel.dra.gpu.nodeagent.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads rules from YAML. One mistake refuses all of them, and each mistake is reported. */
final class PolicyReader {

  /**
   * As many as a ConfigMap of that size could have with one line each, and fast to look through.
   */
  static final int MAX_RULES = 1000;

  static final int MAX_BYTES = 256 << 10;

  private static final String EXAMPLE =
      "write it like this: rules: [{name: desktops, match: {integrated: true}, sharing: {shares: 4}}]";

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final GpuSharing.ByMemory byMemory;
  private final List<PolicyProblem> problems = new ArrayList<>();

  private PolicyReader(GpuSharing.ByMemory byMemory) {
    this.byMemory = byMemory;
  }

  /**
   * The rules that the content states; none if it is empty.
   *
   * @param content YAML in UTF-8
   * @param byMemory what {@code sharing: memory} means
   */
  static PolicyRules read(byte[] content, GpuSharing.ByMemory byMemory)
      throws InvalidPolicyException {
    return new PolicyReader(byMemory).rules(content);
  }

  private PolicyRules rules(byte[] content) throws InvalidPolicyException {
    if (content.length > MAX_BYTES) {
      throw refused(
          "is larger than %d bytes".formatted(MAX_BYTES),
          "write fewer rules, or is it another file?");
    }
    JsonNode document = parsed(content);
    if (document.isMissingNode() || document.isNull()) {
      return PolicyRules.NONE;
    }
    var root = new RuleFields("the policy", "", document, problems);
    if (!document.isObject()) {
      throw refused("is " + root.shown(), EXAMPLE);
    }
    root.allow("rules");
    var rules = new ArrayList<PolicyRule>();
    var numbers = new HashMap<String, Integer>();
    List<JsonNode> entries = root.list("rules", MAX_RULES);
    for (int i = 0; i < entries.size(); i++) {
      PolicyRule rule = rule(i + 1, entries.get(i));
      rules.add(rule);
      Integer before = numbers.putIfAbsent(rule.name(), i + 1);
      if (before != null) {
        problems.add(
            new PolicyProblem(
                "rule " + (i + 1) + ", name",
                "is %s, as that of rule %d".formatted(rule.name(), before),
                "give each rule a name of its own, or none"));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidPolicyException(problems);
    }
    return new PolicyRules(rules);
  }

  private static JsonNode parsed(byte[] content) throws InvalidPolicyException {
    try {
      return YAML.readTree(content);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      String why = e.getOriginalMessage().strip().lines().findFirst().orElse("");
      throw refused("is not YAML%s: %s".formatted(where, RuleFields.cut(why)), EXAMPLE);
    } catch (IOException | RuntimeException e) { // also what the YAML library does not foresee
      throw refused("is not YAML: " + RuleFields.cut(String.valueOf(e.getMessage())), EXAMPLE);
    }
  }

  private static InvalidPolicyException refused(String found, String remedy) {
    return new InvalidPolicyException(List.of(new PolicyProblem("the policy", found, remedy)));
  }

  private PolicyRule rule(int number, JsonNode json) {
    String named =
        json.path("name").isTextual() && NAME.matcher(json.path("name").textValue()).matches()
            ? " (%s)".formatted(json.path("name").textValue())
            : "";
    var fields = new RuleFields("rule " + number + named, "", json, problems);
    if (!fields.isObject()) {
      return new PolicyRule(
          "rule-" + number,
          RuleMatch.EVERYTHING,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
    fields.allow("name", "match", "offer", "sharing", "vfs");
    String name =
        fields
            .text(
                "name",
                text -> Optional.of(text).filter(it -> NAME.matcher(it).matches()),
                "write 1 to 63 letters, digits, and . _ - between them")
            .orElse("rule-" + number);
    Optional<Boolean> offer = fields.bool("offer");
    Optional<GpuSharing> sharing = sharing(fields);
    Optional<Integer> vfs = vfs(fields);
    if (offer.equals(Optional.of(false))) {
      for (String other : List.of("sharing", "vfs")) {
        if (fields.has(other)) {
          fields.problem(
              other,
              "contradicts offer: false",
              "remove one of them: nothing is given of a GPU that is not offered");
        }
      }
    }
    return new PolicyRule(name, match(fields), offer, sharing, vfs);
  }

  private static RuleMatch match(RuleFields rule) {
    Optional<RuleFields> found = rule.object("match");
    if (found.isEmpty()) {
      return RuleMatch.EVERYTHING;
    }
    RuleFields match = found.get();
    match.allow("nodes", "nodeLabels", "pciAddresses", "ids", "models", "integrated");
    return new RuleMatch(
        match.set("nodes", Optional::of, "write names of nodes"),
        labels(match),
        match.set(
            "pciAddresses", RuleValues::pciAddress, "write it as lspci does: \"0000:b3:00.0\""),
        match.set("ids", RuleValues::id, "write it as lspci does: \"0x56c0\""),
        match.set(
            "models",
            RuleValues::model,
            "write the attribute model of a device that is published, such as Flex 170, or use ids"),
        match.bool("integrated"));
  }

  private static Map<String, String> labels(RuleFields match) {
    var labels = new HashMap<String, String>();
    match
        .object("nodeLabels")
        .ifPresent(
            wanted -> {
              for (String label : wanted.names()) {
                wanted
                    .textOrEmpty(
                        label, Optional::of, "write a text, in quotes if it looks like a number")
                    .ifPresent(value -> labels.put(label, value));
              }
              if (wanted.names().isEmpty()) {
                match.problem("nodeLabels", "is empty", "name a label, or remove the field");
              }
            });
    return labels;
  }

  private Optional<GpuSharing> sharing(RuleFields rule) {
    String remedy = "write memory, exclusive, unlimited or {shares: 4}";
    return switch (rule.kind("sharing")) {
      case ABSENT -> Optional.empty();
      case TEXT -> rule.text("sharing", word -> RuleValues.sharing(word, byMemory), remedy);
      case OBJECT -> rule.object("sharing").flatMap(PolicyReader::byCount);
      case OTHER -> {
        rule.wrong("sharing", remedy);
        yield Optional.empty();
      }
    };
  }

  private static Optional<GpuSharing> byCount(RuleFields sharing) {
    sharing.allow("shares", "default");
    Optional<Integer> shares = sharing.number("shares", RuleValues.MAX_SHARES);
    if (!sharing.has("shares")) {
      sharing.problem("shares", "is missing", "write how many shares a GPU has, or another word");
    }
    Optional<Integer> unasked = sharing.number("default", RuleValues.MAX_SHARES);
    if (shares.isEmpty()) {
      return Optional.empty();
    }
    if (unasked.orElse(0) > shares.get()) {
      sharing.problem(
          "default",
          "is %d, more than shares, which is %d".formatted(unasked.get(), shares.get()),
          "write 1 to %d, or remove it: a claim that asks for no shares then gets all of them"
              .formatted(shares.get()));
      return Optional.empty();
    }
    return Optional.of(new GpuSharing.ByCount(shares.get(), unasked.orElse(0)));
  }

  private static Optional<Integer> vfs(RuleFields rule) {
    return switch (rule.kind("vfs")) {
      case ABSENT -> Optional.empty();
      case TEXT ->
          rule.text(
              "vfs",
              word -> word.equals("none") ? Optional.of(0) : Optional.empty(),
              RuleValues.VFS_REMEDY);
      case OBJECT -> {
        rule.wrong("vfs", RuleValues.VFS_REMEDY);
        yield Optional.empty();
      }
      case OTHER -> rule.number("vfs", RuleValues.MAX_VFS, RuleValues.VFS_REMEDY);
    };
  }
}
