package com.intel.dra.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.docs.Documents;
import com.intel.dra.gpu.simulator.program.SimulatorMain;
import com.intel.dra.kit.time.Deadline;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
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

  private static final String OURS = "com/intel/dra/";
  private static final String SIMULATOR = OURS + "gpu/simulator/";

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

  @Test
  void theSimulatorsJarHasEachClassOfThisProjectThatItsClassesName() throws IOException {
    var named = new TreeSet<String>();
    for (Path file : Documents.files(Path.of("target/simulator"))) {
      if (file.toString().endsWith("-simulator.jar")) {
        try (var jar = new ZipFile(file.toFile())) {
          for (ZipEntry entry : jar.stream().filter(ApplicationJarsIT::isOurs).toList()) {
            named.addAll(classesNamedBy(jar.getInputStream(entry).readAllBytes()));
          }
        }
      }
    }

    assertThat(named).contains(fileOf(Deadline.class));
    assertThat(classesInJarsBelow(Path.of("target/simulator"))).containsAll(named);
  }

  /** The files of this project's classes that a class file names. */
  private static List<String> classesNamedBy(byte[] classFile) {
    return StreamSupport.stream(ClassFile.of().parse(classFile).constantPool().spliterator(), false)
        .filter(ClassEntry.class::isInstance)
        .map(entry -> ((ClassEntry) entry).asInternalName())
        .map(name -> name.substring(name.lastIndexOf('[') + 1).replaceFirst("^L(.*);$", "$1"))
        .filter(name -> name.startsWith(OURS))
        .map(name -> name + ".class")
        .toList();
  }

  private static boolean isOurs(ZipEntry entry) {
    return entry.getName().startsWith(OURS) && entry.getName().endsWith(".class");
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
              .filter(ApplicationJarsIT::isOurs)
              .map(ZipEntry::getName)
              .forEach(classes::add);
        }
      }
    }
    return classes;
  }
}
