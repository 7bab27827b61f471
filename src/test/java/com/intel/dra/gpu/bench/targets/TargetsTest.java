package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.bench.targets.Target.Verdict;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TargetsTest {

  private static final Target AT_MOST_FOUR =
      new Target("topic", "name", "ms", new Bound.AtMost(4), "step", "figure");

  @Test
  void eachTargetIsMeasuredByAStepOfThePlan() {
    List<String> planned = ExampleRun.planned().stream().map(Step::name).toList();

    assertThat(planned).isNotEmpty().doesNotHaveDuplicates();
    assertThat(Targets.ALL).extracting(Target::step).isSubsetOf(planned);
    assertThat(Targets.GROWTH)
        .allSatisfy(growth -> assertThat(growth.steps().values()).isSubsetOf(planned));
  }

  @Test
  void theFigureOfEachTargetIsAmongThoseOfItsStep() {
    Run run = ExampleRun.whole();

    assertThat(Targets.ALL)
        .allSatisfy(
            target ->
                assertThat(run.figure(target.step(), target.figure()))
                    .as("%s of %s".formatted(target.figure(), target.step()))
                    .isPresent());
    assertThat(Targets.GROWTH)
        .allSatisfy(
            growth ->
                assertThat(growth.costs(run)).as(growth.name()).hasSameSizeAs(growth.steps()));
  }

  @Test
  void aFigureAtTheBoundKeepsIt() {
    assertThat(AT_MOST_FOUR.judge(OptionalDouble.of(4))).isEqualTo(new Verdict.Met(4));
    assertThat(AT_MOST_FOUR.judge(OptionalDouble.of(4.01))).isEqualTo(new Verdict.NotMet(4.01));
    assertThat(new Bound.AtLeast(0.9).holdsFor(0.9)).isTrue();
    assertThat(new Bound.AtLeast(0.9).holdsFor(0.89)).isFalse();
  }

  @Test
  void aTargetWithoutAFigureIsNotMeasured() {
    assertThat(AT_MOST_FOUR.judge(OptionalDouble.empty())).isEqualTo(new Verdict.NotMeasured());
  }

  @Test
  void theTerminalShowsBoundAndFigureOfEachTarget() {
    assertThat(ExampleRun.whole().verdicts())
        .hasSameSizeAs(Targets.ALL)
        .contains(
            "met          preparing, v1, p50: at most 4 ms; measured 2 (prepare-v1)",
            "not met      scheduling, classic, pods/s to the test driver, which decides nothing:"
                + " at least 0.9; measured 0.800 (scheduling)");
  }
}
