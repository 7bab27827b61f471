package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ./release says what is wrong with its arguments before it builds anything. {@link
 * StructuredChartInstallIT} runs it whole.
 */
class ReleaseArgumentsTest {

  @ParameterizedTest
  @CsvSource({
    "registry.example.com/gpu, unknown argument: registry.example.com/gpu",
    "--registry, --registry needs a value: see ./release --help",
    "--registry=, unknown argument: --registry=",
    "--dry-run, --registry is missing: say where images and chart go",
    "--registry registry.example.com, write HOST/PATH in lower case",
    "--registry https://registry.example.com/gpu, without https://",
    "--registry registry.example.com/GPU, write HOST/PATH in lower case",
    "--registry registry.example.com/gpu:v1, without a tag",
    "--registry registry.example.com:x/gpu, write HOST/PATH in lower case",
    "--registry registry.example.com/gpu --signing-key, --signing-key needs a value: see ./release"
        + " --help",
    "--registry registry.example.com/gpu --signing-key /nonexistent, name the file cosign.key",
  })
  void saysWhatIsWrong(String arguments, String message) {
    assertThatThrownBy(() -> release(arguments.split(" ")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("error: ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("==>");
  }

  @Test
  void helps() {
    assertThat(release("--help"))
        .startsWith("usage: ./release --registry HOST[:PORT]/PATH")
        .contains("--without-sbom");
  }

  private static String release(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "./release";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Shell.run(command);
  }
}
