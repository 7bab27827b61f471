package com.intel.dra.gpu.e2e;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Programs of the test classes that run with the network and the folders of a node. */
final class JavaOnNode {

  private JavaOnNode() {}

  /**
   * Returns the command that runs the main class on the node.
   *
   * @param options of Java, such as {@code -Dname=value}
   */
  static ProcessBuilder command(
      String node, List<String> options, Class<?> main, String... arguments) {
    List<String> java =
        List.of(
            "e2e/cluster/enter.sh",
            node,
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            absolute(
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path"))));
    return new ProcessBuilder(
        Stream.of(java, options, List.of(main.getName()), List.of(arguments))
            .flatMap(List::stream)
            .toList());
  }

  /** A program in another mount namespace starts in the top folder. */
  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
