package com.intel.dra.gpu.nodeagent.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The fields of one object of a policy. What is not as it should be becomes a problem, and counts
 * as absent.
 *
 * @param rule how people find the rule, such as {@code rule 2 (flex)}
 * @param prefix the path to the object in the rule, with a dot at its end; empty for the rule
 */
record RuleFields(String rule, String prefix, JsonNode json, List<PolicyProblem> problems) {

  /** Entries of one list; more are no use, for a rule can be for all. */
  private static final int MAX_ENTRIES = 10_000;

  private static final int SHOWN_LENGTH = 60;

  /** What a field has. */
  enum Kind {
    ABSENT,
    TEXT,
    OBJECT,
    OTHER
  }

  static String cut(String text) {
    return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "…";
  }

  String shown() {
    return shown(json);
  }

  private static String shown(JsonNode node) {
    return node.isContainerNode()
        ? (node.isArray() ? "a list" : "an object")
        : cut(node.toString());
  }

  void problem(String field, String found, String remedy) {
    problems.add(new PolicyProblem(rule + ", " + prefix + field, found, remedy));
  }

  void wrong(String field, String remedy) {
    problem(field, "is " + shown(json.path(field)), remedy);
  }

  boolean isObject() {
    if (!json.isObject()) {
      problems.add(
          new PolicyProblem(rule, "is " + shown(), "write fields such as match and sharing"));
    }
    return json.isObject();
  }

  boolean has(String field) {
    return json.has(field);
  }

  List<String> names() {
    return json.properties().stream().map(Map.Entry::getKey).toList();
  }

  Kind kind(String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode()) {
      return Kind.ABSENT;
    }
    return value.isTextual() ? Kind.TEXT : value.isObject() ? Kind.OBJECT : Kind.OTHER;
  }

  /** Refuses all other fields. */
  void allow(String... known) {
    for (String name : names()) {
      if (!List.of(known).contains(name)) {
        problem(
            cut(name),
            "is %s, but there is no such field".formatted(shown(json.path(name))),
            "remove it, or use one of " + String.join(", ", known));
      }
    }
  }

  Optional<RuleFields> object(String field) {
    return switch (kind(field)) {
      case ABSENT -> Optional.empty();
      case OBJECT ->
          Optional.of(new RuleFields(rule, prefix + field + ".", json.path(field), problems));
      case TEXT, OTHER -> {
        wrong(field, "write an object with fields");
        yield Optional.empty();
      }
    };
  }

  <T> Optional<T> text(String field, Function<String, Optional<T>> meaning, String remedy) {
    return textOrEmpty(
        field, text -> text.isEmpty() ? Optional.empty() : meaning.apply(text), remedy);
  }

  /** A text that may be empty, as the value of a label may. */
  <T> Optional<T> textOrEmpty(String field, Function<String, Optional<T>> meaning, String remedy) {
    if (kind(field) == Kind.ABSENT) {
      return Optional.empty();
    }
    Optional<T> value = Optional.ofNullable(json.path(field).textValue()).flatMap(meaning);
    if (value.isEmpty()) {
      wrong(field, remedy);
    }
    return value;
  }

  Optional<Boolean> bool(String field) {
    if (kind(field) == Kind.ABSENT) {
      return Optional.empty();
    }
    if (!json.path(field).isBoolean()) {
      wrong(field, "write true or false");
      return Optional.empty();
    }
    return Optional.of(json.path(field).booleanValue());
  }

  Optional<Integer> number(String field, int most) {
    return number(field, most, "write 1 to " + most);
  }

  Optional<Integer> number(String field, int most, String remedy) {
    if (kind(field) == Kind.ABSENT) {
      return Optional.empty();
    }
    JsonNode value = json.path(field);
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > most) {
      wrong(field, remedy);
      return Optional.empty();
    }
    return Optional.of(value.intValue());
  }

  /** The entries of a list that must be there. */
  List<JsonNode> list(String field, int most) {
    JsonNode value = json.path(field);
    if (!value.isArray()) {
      problem(
          field,
          value.isMissingNode() ? "is missing" : "is " + shown(value),
          "write a list, or [] for none");
      return List.of();
    }
    if (value.size() > most) {
      problem(field, "has %d entries".formatted(value.size()), "write at most " + most);
      return List.of();
    }
    var entries = new ArrayList<JsonNode>();
    value.forEach(entries::add);
    return entries;
  }

  /** The values of a list that may be absent, but not empty. */
  <T> Set<T> set(String field, Function<String, Optional<T>> meaning, String remedy) {
    if (kind(field) == Kind.ABSENT) {
      return Set.of();
    }
    var values = new LinkedHashSet<T>();
    List<JsonNode> entries = list(field, MAX_ENTRIES);
    if (json.path(field).isArray() && json.path(field).isEmpty()) {
      problem(field, "is empty, so that the rule is for nothing", "name some, or remove the field");
    }
    for (JsonNode entry : entries) {
      Optional<T> value =
          Optional.ofNullable(entry.textValue()).filter(text -> !text.isEmpty()).flatMap(meaning);
      value.ifPresentOrElse(values::add, () -> problem(field, "has " + shown(entry), remedy));
    }
    return values;
  }
}
