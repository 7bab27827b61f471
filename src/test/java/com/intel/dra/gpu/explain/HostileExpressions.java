package com.intel.dra.gpu.explain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Expressions of fewer characters than the API permits that would take more time or memory than any
 * process has. As a program: explains a claim with each of them, and prints the reasons.
 */
final class HostileExpressions {

  private HostileExpressions() {}

  static String of(String what) {
    return Objects.requireNonNull(all().get(what), what);
  }

  /** By what they are. */
  static SequencedMap<String, String> all() {
    var all = new LinkedHashMap<String, String>();
    all.put("a list that doubles", again(40, "[1]", "V + V", "size(V) > 0"));
    all.put("a text that doubles", again(50, "'x'", "V + V", "V == ''"));
    all.put("bytes that double", again(50, "b'x'", "V + V", "size(V) > 0"));
    all.put("lists of lists that are compared", again(60, "[1]", "[V, V]", "V == V"));
    all.put("lists of lists that are flattened", again(60, "[1]", "[V, V]", "V.flatten() == []"));
    all.put("lists of lists that are told", again(60, "[1]", "[V, V]", "{'a': V}.a.size() == 1"));
    all.put(
        "a key of lists of lists", again(60, "dyn([1])", "dyn([V, V])", "V in {'a': 1} == false"));
    all.put(
        "a key of a map of lists of lists",
        again(60, "dyn([1])", "dyn([V, V])", "size({V: 1}) == 1"));
    all.put(
        "the size of a text",
        again(18, "'\u0416'", "V + V", "lists.range(90000).all(x, size(V) > 0)"));
    all.put("a text that is replaced", again(9, "'xx'", "V.replace('', V)", "V == ''"));
    all.put("a text that is joined", again(9, "'xx'", "[V, V, V].join(V)", "V == ''"));
    all.put("a text that is split", again(18, "'xx'", "V + V", "size(V.split('')) == 1"));
    all.put("a long range", "size(lists.range(1000000000)) == 1");
    all.put("sets", "sets.equivalent(lists.range(200000), lists.range(200000))");
    all.put("distinct values", "size(lists.range(200000).distinct()) == 1");
    all.put(
        "many sets", "lists.range(9).all(x, sets.contains(lists.range(3000), lists.range(3000)))");
    all.put("lists that a macro gathers", gathered("map(x, %s)", "1", 12));
    all.put("maps that a macro gathers", gathered("transformMap(i, x, %s)", "'y'", 12));
    all.put(
        "a long list many times",
        "size(lists.range(50000).map(x, [%s])) == 1".formatted("1,".repeat(4000) + "1"));
    all.put(
        "many constants in a loop",
        "lists.range(400000).all(x, [%s] != [])".formatted("true,".repeat(1500) + "true"));
    all.put("a regular expression", "'abc'.matches('((a{1000}){1000}){1000}')");
    all.put(
        "a long regular expression",
        "'abc'.matches('(%s){1000}')".formatted("\\\\pL".repeat(2000)));
    all.put(
        "a search for a text",
        "cel.bind(a, %s, a.contains(a + 'y'))".formatted(again(17, "'x'", "V + V", "V")));
    return all;
  }

  /** Binds a variable again and again to something larger. */
  private static String again(int times, String first, String step, String last) {
    String expression = last.replace("V", "v" + times);
    for (int i = times; i > 0; i--) {
      expression =
          "cel.bind(v%d, %s, %s)".formatted(i, step.replace("V", "v" + (i - 1)), expression);
    }
    return "cel.bind(v0, %s, %s)".formatted(first, expression);
  }

  private static String gathered(String macro, String inner, int depth) {
    String expression = inner;
    for (int i = 0; i < depth; i++) {
      expression = "[1,2,3,4,5,6,7,8,9,10]." + macro.formatted(expression);
    }
    return expression + ".size() == 1";
  }

  /** The reason that a claim with a selector has. */
  static PodExplanation explain(String expression) {
    return ExplainFixtures.cluster()
        .node("n1")
        .devices("n1", "{name: g1}")
        .claim(
            "c",
            ExplainFixtures.request(
                ", selectors: [{cel: {expression: \"%s\"}}]"
                    .formatted(expression.replace("\\", "\\\\"))))
        .explain("c");
  }

  public static void main(String[] arguments) {
    for (Map.Entry<String, String> one : all().entrySet()) {
      long begun = System.nanoTime();
      PodExplanation explanation = explain(one.getValue());
      System.err.printf(
          "%s: %d ms: %s%n",
          one.getKey(), (System.nanoTime() - begun) / 1_000_000, explanation.summary());
      System.out.println(one.getKey() + "=" + explanation.reason());
    }
  }
}
