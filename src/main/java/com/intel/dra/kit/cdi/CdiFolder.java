package com.intel.dra.kit.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads what a folder of specs says about the devices of one kind, no matter what wrote the specs.
 * Changes nothing.
 *
 * @param folder one of the runtime's CDI folders, such as /var/run/cdi
 */
public record CdiFolder(Path folder, CdiKind kind) {

  private static final ObjectMapper YAML = YAMLMapper.builder().build();

  /** The files that runtimes read. */
  private static final Pattern SPEC = Pattern.compile("(?!\\.).+\\.(json|yaml)");

  /** The content of the spec file of {@link CdiSpecFile}. */
  public sealed interface Content {

    /**
     * @param devices by device name, the host paths of the nodes that a container gets, each once;
     *     empty if there is no file
     */
    record Devices(Map<String, List<String>> devices) implements Content {
      public Devices {
        devices = Collections.unmodifiableMap(new TreeMap<>(devices));
      }
    }

    record Unreadable(String reason) implements Content {}
  }

  public Path specFile() {
    return folder.resolve(CdiSpecFile.fileName(kind));
  }

  public Content spec() {
    try {
      return new Content.Devices(devices(YAML.readTree(Files.readAllBytes(specFile()))));
    } catch (NoSuchFileException e) {
      return new Content.Devices(Map.of());
    } catch (IOException e) {
      return new Content.Unreadable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The names of this kind's devices in all other files. Runtimes refuse a name that is defined
   * twice. Files that cannot be read are left out, as runtimes do.
   *
   * @return by file
   */
  public Map<Path, Set<String>> inOtherFiles() throws IOException {
    var found = new TreeMap<Path, Set<String>>();
    if (Files.notExists(folder)) {
      return found;
    }
    try (var files = Files.newDirectoryStream(folder, this::isOther)) {
      for (Path other : files) {
        Set<String> names = names(other);
        if (!names.isEmpty()) {
          found.put(other, names);
        }
      }
    }
    return found;
  }

  private boolean isOther(Path candidate) {
    return SPEC.matcher(String.valueOf(candidate.getFileName())).matches()
        && !candidate.equals(specFile());
  }

  private Set<String> names(Path other) {
    try {
      JsonNode spec = YAML.readTree(Files.readAllBytes(other));
      return spec.path("kind").asText().equals(kind.toString())
          ? new TreeSet<>(devices(spec).keySet())
          : Set.of();
    } catch (IOException e) {
      return Set.of();
    }
  }

  private static Map<String, List<String>> devices(JsonNode spec) {
    var devices = new TreeMap<String, List<String>>();
    for (JsonNode device : spec.path("devices")) {
      var nodes = new LinkedHashSet<String>();
      for (JsonNode node : device.path("containerEdits").path("deviceNodes")) {
        nodes.add(node.path("hostPath").asText(node.path("path").asText()));
      }
      devices.put(device.path("name").asText(), List.copyOf(nodes));
    }
    return devices;
  }
}
