package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.bench.results.ResultFile;
import com.intel.dra.gpu.bench.results.StructuredResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  @TempDir Path folder;

  @Test
  void theStepsOfAFolderAreReadInTheOrderInWhichTheyRan() throws IOException {
    ResultFile.write(folder.resolve("machine.json"), ExampleRun.MACHINE);
    List<StructuredResult> measured = List.of(ExampleRun.structured("go", 2));
    ResultFile.write(step("a", "11:00", 0).resolve("structured-100-10-1.json"), measured);
    var scheduling = ExampleRun.scheduling("intel-gpu", 1, 20);
    Path b = step("b", "10:00", 0);
    ResultFile.write(b.resolve("scheduling-intel-gpu-1-1.json"), scheduling);
    Files.writeString(b.resolve("scheduling.svg"), "a picture");
    Files.writeString(
        step("c", "10:30", 0).resolve("allocator.json"),
        """
        [{"benchmark": "com.intel.A.decide", "params": {"nodes": "16"},
          "primaryMetric": {"score": 24.5, "scoreUnit": "us/op"}}]
        """);

    Run run = RunFolder.read(folder);

    assertThat(run.machine()).isEqualTo(ExampleRun.MACHINE);
    assertThat(run.steps()).extracting(Step::name).containsExactly("b", "c", "a");
    assertThat(run.resultsOf("a").structured()).isEqualTo(measured);
    assertThat(run.resultsOf("b").scheduling()).containsExactly(scheduling);
    assertThat(run.figure("c", "decide, 16 nodes: µs")).hasValue(24.5);
  }

  @Test
  void whatAFailedStepLeftIsNotRead() throws IOException {
    ResultFile.write(folder.resolve("machine.json"), ExampleRun.MACHINE);
    ResultFile.write(
        step("a", "11:00", 1).resolve("structured-1.json"),
        List.of(ExampleRun.structured("go", 2)));

    Run run = RunFolder.read(folder);

    assertThat(run.anythingFailed()).isTrue();
    assertThat(run.resultsOf("a")).isEqualTo(StepResults.NONE);
  }

  private Path step(String name, String began, int exitCode) throws IOException {
    Path step = Files.createDirectory(folder.resolve(name));
    ResultFile.write(
        step.resolve("step.json"), new Step(name, "bench/" + name, began, 60, exitCode, 0));
    return step;
  }
}
