package com.intel.dra.gpu.explain;

import static com.intel.dra.gpu.explain.ExplainFixtures.cluster;
import static com.intel.dra.gpu.explain.ExplainFixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileClusterTest {

  private static WaitReason reason(String expression) {
    return cluster()
        .node("n1")
        .devices("n1", "{name: g1}")
        .claim("c", request(", selectors: [{cel: {expression: \"%s\"}}]".formatted(expression)))
        .explain("c")
        .reason();
  }

  static Stream<String> deep() {
    return Stream.of(
        "(".repeat(4000) + "true" + ")".repeat(4000),
        "!".repeat(9001) + "false",
        "[".repeat(3000) + "]".repeat(3000) + " == []",
        "1" + "+1".repeat(4000) + " > 0",
        "true" + " && true".repeat(1200),
        "device.driver" + ".lowerAscii()".repeat(700) + " == 'x'",
        "'" + "x".repeat(20_000) + "' == ''");
  }

  @ParameterizedTest
  @MethodSource("deep")
  void deepAndLongExpressionsEndInAnAnswer(String expression) {
    assertThat(reason(expression)).isNotNull();
  }

  @Test
  void costlyExpressionsFailAsTheSchedulersDo() {
    String list = "[1,2,3,4,5,6,7,8,9,10]";
    String expression = "a + b + c + d + e + f > 0";
    for (String variable : List.of("f", "e", "d", "c", "b", "a")) {
      expression = "%s.all(%s, %s)".formatted(list, variable, expression);
    }
    assertThat(reason(expression)).isEqualTo(WaitReason.CLAIM_FAILS);
  }

  @Test
  void costInsideOfAnAlternativeIsNotHidden() {
    String list = "[1,2,3,4,5,6,7,8,9,10]";
    String costly = "a + b + c + d + e + f > 0";
    for (String variable : List.of("f", "e", "d", "c", "b", "a")) {
      costly = "%s.all(%s, %s)".formatted(list, variable, costly);
    }
    assertThat(reason(costly + " || true")).isEqualTo(WaitReason.CLAIM_FAILS);
  }

  private static ExplainFixtures manyDevices(int devices) {
    return cluster()
        .node("n1")
        .devices(
            "n1",
            IntStream.range(0, devices)
                .mapToObj(
                    i -> "{name: g%d, attributes: {model: {string: m%d}}}".formatted(i, i % 7))
                .collect(Collectors.joining(",")));
  }

  @Test
  void tenThousandDevicesAreLookedAtOnce() {
    PodExplanation explanation =
        manyDevices(10_000)
            .claim(
                "c",
                request(
                    ", selectors: [{cel: {expression:"
                        + " \"device.attributes['gpu.intel.com'].model == 'x'\"}}]"))
            .explain("c");
    assertThat(explanation.reason()).isIn(WaitReason.CLAIM_SELECTOR, WaitReason.UNKNOWN);
  }

  @Test
  void aSearchWithoutEndIsGivenUp() {
    var view =
        manyDevices(60)
            .claim(
                "c",
                "{name: r, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count: 12}}",
                "{distinctAttribute: gpu.intel.com/model}")
            .view();
    PodExplanation explanation =
        new Explainer(100_000)
            .explain(view, ExplainFixtures.pod("{name: c, resourceClaimName: c}"));
    assertThat(explanation.reason()).isEqualTo(WaitReason.UNKNOWN);
    assertThat(explanation.summary()).contains("gave up after");
  }

  /** A device that any number of claims can share: each claim is a step deeper into the search. */
  @Test
  void aPodWithThousandsOfDevicesEndsInAnAnswer() {
    String requests =
        IntStream.range(0, 32).mapToObj(i -> request("r" + i, "")).collect(Collectors.joining(","));
    ExplainFixtures cluster =
        cluster()
            .node("n1")
            .devices("n1", "{name: g1, allowMultipleAllocations: true}")
            .template("t", requests);
    String claims =
        IntStream.range(0, 300)
            .mapToObj("{name: c%d, resourceClaimTemplateName: t}"::formatted)
            .collect(Collectors.joining(","));
    Fit fit = new Explainer().fit(cluster.view(), ExplainFixtures.pod(claims), 1);
    assertThat(fit.replicas() == 1 || fit.isGivenUp()).isTrue();
  }

  /** In a process of its own: memory that is used up would end this one. */
  @Test
  void noExpressionTakesAllMemoryOrTime() throws Exception {
    assertThat(SmallJvm.lines(HostileExpressions.class, 64))
        .extracting(line -> line.substring(line.indexOf('=') + 1))
        .hasSameSizeAs(HostileExpressions.all().entrySet())
        .isSubsetOf("UNKNOWN", "CLAIM_FAILS", "CLAIM_SELECTOR");
  }

  @Test
  void aValueOfListsOfListsIsNotToldInFull() {
    PodExplanation explanation =
        HostileExpressions.explain(HostileExpressions.of("lists of lists that are told"));
    assertThat(explanation.reason()).isEqualTo(WaitReason.CLAIM_SELECTOR);
    assertThat(explanation.summary()).contains("a is a list of 2");
  }

  private static List<NodeAnswer> explain(ExplainFixtures cluster, long steps) {
    return new Explainer(steps)
        .explain(cluster.view(), ExplainFixtures.pod("{name: c, resourceClaimName: c}"))
        .nodes();
  }

  private static void assertGivesUpAfterTheFirst(List<NodeAnswer> answers) {
    assertThat(answers.getFirst()).isNotInstanceOf(NodeAnswer.Unknown.class);
    assertThat(answers.getLast())
        .isInstanceOfSatisfying(
            NodeAnswer.Unknown.class, unknown -> assertThat(unknown.why()).contains("gave up"));
  }

  @Test
  void whatExpressionsCostIsChargedToThePod() {
    ExplainFixtures cluster = cluster();
    for (int i = 10; i < 30; i++) {
      cluster.node("n" + i).devices("n" + i, "{name: g1}");
    }
    cluster.claim(
        "c",
        request(", selectors: [{cel: {expression: 'lists.range(10000).all(x, x + x >= 0)'}}]"));
    assertGivesUpAfterTheFirst(explain(cluster, 500_000));
  }

  @Test
  void theSearchForTheCauseIsChargedToThePod() {
    ExplainFixtures cluster = cluster();
    for (int i = 10; i < 60; i++) {
      String node = "n" + i;
      cluster
          .node(node)
          .devices(
              node,
              IntStream.range(0, 20)
                  .mapToObj("{name: g%d}"::formatted)
                  .collect(Collectors.joining(",")));
      IntStream.range(0, 20).forEach(g -> cluster.held(node + g, node, "g" + g));
    }
    cluster.claim("c", request(""));
    assertGivesUpAfterTheFirst(explain(cluster, 20_000));
  }
}
