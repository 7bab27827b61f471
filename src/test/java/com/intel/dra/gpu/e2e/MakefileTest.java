package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code make container-build} and {@code make container-push} let Maven do, for each of their
 * variables. Maven and the JDK are replaced by programs that write down how they were called.
 */
class MakefileTest {

  private static final String OPTION = "-Dquarkus.container-image.";
  private static final List<String> BUILD = List.of("mvn", "-B", "-q", "-DskipTests");

  @TempDir Path folder;

  @BeforeEach
  void replacePrograms() throws IOException {
    assumeThat(Path.of("/usr/bin/make")).exists();
    program("bin/mvn", "mvn");
    program("jdk/bin/java", "java");
    program("jdk/bin/javac", "javac");
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
  }

  @Test
  void imagesAreBuiltWithTheNamesOfTheProjectUnlessSomethingIsSet() throws IOException {
    make("container-build");

    assertThat(calls()).containsExactly(built());
  }

  @Test
  void registryNameAndVersionAreSetOneByOne() throws IOException {
    make("container-build", "REGISTRY=myregistry", "IMAGENAME=myimage", "IMAGE_VERSION=myversion");
    make("container-build", "REGISTRY=registry.example.com:5000");
    make("container-build", "IMAGENAME=team/my-image");
    make("container-build", "IMAGE_VERSION=V1.2_rc");

    assertThat(calls())
        .containsExactly(
            built("registry=myregistry", "group=myimage", "tag=myversion"),
            built("registry=registry.example.com:5000"),
            built("group=team/my-image"),
            built("tag=V1.2_rc"));
  }

  @Test
  void theWholeNameIsSetAtOnceAndReplacesItsParts() throws IOException {
    make("container-build", "IMAGE_TAG=myregistry/myimagename:myversion");
    make(
        "container-build",
        "IMAGE_TAG=registry.example.com:5000/team/gpu:v1",
        "REGISTRY=other",
        "IMAGENAME=other",
        "IMAGE_VERSION=other");

    assertThat(calls())
        .containsExactly(
            built("registry=myregistry", "group=myimagename", "tag=myversion"),
            built("registry=registry.example.com:5000", "group=team/gpu", "tag=v1"));
  }

  @Test
  void aNameWithoutVersionTakesThatOfItsOwnVariableOrOfTheProject() throws IOException {
    make("container-build", "IMAGE_TAG=registry.example.com:5000/gpu");
    make("container-build", "IMAGE_TAG=registry.example.com/gpu", "IMAGE_VERSION=v2");

    assertThat(calls())
        .containsExactly(
            built("registry=registry.example.com:5000", "group=gpu"),
            built("registry=registry.example.com", "group=gpu", "tag=v2"));
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTRY=registry.local, registry=registry.local",
    "IMAGE_TAG=registry.local/intel-gpu-resource-driver:latest,"
        + " registry=registry.local group=intel-gpu-resource-driver tag=latest",
  })
  void pushingBuildsTheImagesAndPushesThemAll(String variable, String options) throws IOException {
    make("container-push", variable);

    assertThat(calls()).hasSize(2).first().isEqualTo(built(options.split(" ")));
    assertThat(calls().getLast())
        .startsWith("java ")
        .contains(" -cp ")
        .endsWith(
            " src/build/PushImages.java target/images/controller.tar"
                + " target/images/node-agent.tar target/images/simulator.tar");
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTRY=https://registry.example.com, without https://",
    "REGISTRY=Registry.example.com, lower case",
    "REGISTRY=registry.example.com/team, the host of a registry",
    "REGISTRY=-Dx, the host of a registry",
    "IMAGENAME=MyImage, lower-case letters",
    "IMAGENAME=my image, lower-case letters",
    "IMAGENAME=image:v1, lower-case letters",
    "IMAGE_VERSION=my version, at most 128 letters",
    "IMAGE_VERSION=-v1, the first a letter",
    "IMAGE_TAG=image:v1, names no registry: write REGISTRY/NAME:VERSION",
    "IMAGE_TAG=registry.example.com/Image:v1, lower-case letters",
    "IMAGE_TAG=registry.example.com/image:my version, at most 128 letters",
    "IMAGE_TAG=registry.example.com/image:, at most 128 letters",
    "IMAGE_TAG=registry.example.com/image@sha256:12, lower-case letters",
    "IMAGE_TAG=/image:v1, the host of a registry",
  })
  void whatIsNoNameIsRefusedBeforeAnythingIsBuilt(String variable, String remedy)
      throws IOException {
    assertThatThrownBy(() -> make("container-push", variable))
        .hasMessageContaining("error: " + variable.replaceFirst("=", "='"))
        .hasMessageContaining(remedy);
    assertThat(calls()).isEmpty();
  }

  private static String built(String... options) {
    return Stream.of(BUILD.stream(), Stream.of(options).map(OPTION::concat), Stream.of("package"))
        .flatMap(words -> words)
        .reduce((words, word) -> words + " " + word)
        .orElseThrow();
  }

  private void make(String target, String... variables) {
    Stream<String> command =
        Stream.of(
            "env",
            "-u",
            "MAKEFLAGS",
            "-u",
            "REGISTRY",
            "-u",
            "IMAGENAME",
            "-u",
            "IMAGE_VERSION",
            "-u",
            "IMAGE_TAG",
            "JAVA_HOME=" + folder.resolve("jdk"),
            "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH"));
    Shell.run(
        Stream.of(command, Stream.of(variables), Stream.of("make", target))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  /** Returns the commands that were run, in their order. */
  private List<String> calls() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private void program(String file, String name) throws IOException {
    Path program = folder.resolve(file);
    Files.createDirectories(program.getParent());
    Files.writeString(
        program, "#!/bin/sh\necho \"%s $*\" >>'%s'\n".formatted(name, folder.resolve("calls")));
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
