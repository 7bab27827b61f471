package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/settings.md has exactly the driver's own settings, with their defaults. */
class ConfigurationTest {

  private static final Path FILE = Path.of("docs/reference/settings.md");
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z][A-Z_]+)`[^|]*\\| ([^|]+) \\|.*");
  private static final Pattern INJECTED =
      Pattern.compile("@ConfigProperty\\(\\s*name = \"gpu\\.([a-z-]+)\"");

  /** Variables that the manifests turn into settings. */
  private static final Map<String, String> BY_MANIFEST =
      Map.of(
          "NODE_NAME", "GPU_NODE_NAME",
          "POD_NAME", "GPU_POD_NAME",
          "POD_NAMESPACE", "GPU_NAMESPACE",
          "POD_UID", "GPU_POD_UID");

  /** An internal name of the process that users must not set. */
  private static final Set<String> INTERNAL = Set.of("GPU_CONTROLLER_IDENTITY");

  @Test
  void everySettingIsThereAndNoOther() throws IOException {
    var inTheCode = new TreeSet<String>();
    settings().forEach(method -> inTheCode.add(variable(method.getName())));
    for (String source : sources()) {
      INJECTED.matcher(source).results().forEach(m -> inTheCode.add(variable(m.group(1))));
    }
    inTheCode.removeAll(INTERNAL);

    assertThat(defaults().keySet()).isEqualTo(inTheCode);
  }

  @Test
  void theDefaultsAreThoseOfTheCode() {
    Map<String, String> documented = defaults();
    settings()
        .filter(method -> method.isAnnotationPresent(WithDefault.class))
        .filter(method -> !variable(method.getName()).matches("GPU_(NAMESPACE|SYSFS_ROOT)"))
        .forEach(
            method ->
                assertThat(documented)
                    .containsEntry(
                        variable(method.getName()),
                        "`" + method.getAnnotation(WithDefault.class).value() + "`"));
  }

  private static Stream<Method> settings() {
    return Arrays.stream(AgentConfig.class.getMethods())
        .filter(method -> Modifier.isAbstract(method.getModifiers()));
  }

  private static String variable(String name) {
    return "GPU_" + name.replaceAll("([A-Z])", "-$1").replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static Map<String, String> defaults() {
    var defaults = new TreeMap<String, String>();
    for (String line : Documents.prose(FILE)) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        defaults.put(BY_MANIFEST.getOrDefault(row.group(1), row.group(1)), row.group(2));
      }
    }
    return defaults;
  }

  private static Iterable<String> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      var sources = new TreeSet<String>();
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
      return sources;
    }
  }
}
