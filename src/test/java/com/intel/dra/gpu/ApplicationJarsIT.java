package com.intel.dra.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.docs.Documents;
import com.intel.dra.gpu.simulator.program.SimulatorMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which classes the jars contain that the build made. It needs the build, but no cluster, and runs
 * at the end of the build, too.
 */
class ApplicationJarsIT {

  private static final String SIMULATOR = "com/intel/dra/gpu/simulator/";

  @ParameterizedTest
  @ValueSource(strings = {"controller-app", "node-agent-app"})
  void anApplicationIsWithoutTheSimulator(String application) throws IOException {
    List<String> classes = classesInJarsBelow(Path.of("target", application));

    assertThat(classes).contains(fileOf(Allocator.class));
    assertThat(classes).filteredOn(name -> name.startsWith(SIMULATOR)).isEmpty();
  }

  @Test
  void theSimulatorIsInAJarOfItsOwn() throws IOException {
    assertThat(fileOf(SimulatorMain.class)).startsWith(SIMULATOR);
    assertThat(classesInJarsBelow(Path.of("target/simulator")))
        .contains(fileOf(SimulatorMain.class));
  }

  private static String fileOf(Class<?> type) {
    return type.getName().replace('.', '/') + ".class";
  }

  /** The files of this project's classes in all jars below a folder. */
  private static List<String> classesInJarsBelow(Path folder) throws IOException {
    var classes = new ArrayList<String>();
    for (Path file : Documents.files(folder)) {
      if (file.toString().endsWith(".jar")) {
        try (var jar = new ZipFile(file.toFile())) {
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.startsWith("com/intel/dra/"))
              .forEach(classes::add);
        }
      }
    }
    return classes;
  }
}
