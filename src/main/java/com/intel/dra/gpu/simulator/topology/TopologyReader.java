package com.intel.dra.gpu.simulator.topology;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a topology from YAML. Reports all problems at once where possible. */
public final class TopologyReader {

  private static final Pattern COUNT = Pattern.compile("\\d{1,9}");

  /** The kernel's limit (CONFIG_NODES_SHIFT is at most 10). */
  private static final int MAX_NUMA_NODE = 1023;

  private static final String EXAMPLE =
      "write it like this: gpus: [{address: \"0000:b3:00.0\", model: \"0x56c0\"}]";

  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // "gpus:" with nothing after it
          .withCoercionConfig(
              LogicalType.Collection,
              config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.AsNull))
          .build();

  private final String file;
  private final List<TopologyProblem> problems = new ArrayList<>();
  private final Map<PciAddress, String> fieldsByAddress = new LinkedHashMap<>();
  private final Map<PciAddress, List<Fault>> faults = new LinkedHashMap<>();

  private TopologyReader(String file) {
    this.file = file;
  }

  /**
   * The topology that the content describes.
   *
   * @param file how messages name the source
   * @param content YAML in UTF-8
   */
  public static Topology read(String file, byte[] content) throws InvalidTopologyException {
    return new TopologyReader(file).topology(content);
  }

  // Values are read as text, so that a message can quote one that is not a number.

  private record Document(
      @Nullable List<@Nullable GpuEntry> gpus, @JsonAnySetter Map<String, JsonNode> unknown) {}

  private record GpuEntry(
      @Nullable String address,
      @Nullable String model,
      @Nullable String memoryMiB,
      @Nullable String maxVfs,
      @Nullable String driver,
      @Nullable String quotaFiles,
      @Nullable String tiles,
      @Nullable String numaNode,
      @Nullable String pcieRoot,
      @Nullable String memoryFile,
      @Nullable String managementEngine,
      @Nullable List<FaultReader.@Nullable Entry> faults,
      @JsonAnySetter Map<String, JsonNode> unknown) {}

  private Topology topology(byte[] content) throws InvalidTopologyException {
    Optional<Document> document = parse(content);
    List<@Nullable GpuEntry> entries = null;
    if (document.isPresent()) {
      entries = document.get().gpus();
      refuseUnknown("", document.get().unknown(), "gpus");
    }
    if (entries == null) {
      problems.add(
          new TopologyProblem("gpus", "is missing", "list the GPUs, or write gpus: [] for none"));
      throw new InvalidTopologyException(file, problems);
    }
    if (entries.size() > Topology.MAX_GPUS) {
      problems.add(
          new TopologyProblem(
              "gpus", "has " + entries.size() + " entries", "list at most " + Topology.MAX_GPUS));
    }
    List<SimulatedGpu> gpus = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      gpu("gpus[" + i + "]", entries.get(i)).ifPresent(gpus::add);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTopologyException(file, problems);
    }
    return new Topology(gpus, faults);
  }

  private Optional<Document> parse(byte[] content) throws InvalidTopologyException {
    try (JsonParser parser = YAML.createParser(content)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      return Optional.of(YAML.readerFor(Document.class).readValue(parser));
    } catch (JsonProcessingException e) {
      throw new InvalidTopologyException(file, List.of(notReadable(e)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TopologyProblem notReadable(JsonProcessingException e) {
    String field = e instanceof JsonMappingException mapping ? field(mapping) : "";
    String where =
        e.getLocation() == null
            ? ""
            : " (line %d, column %d)"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    if (e instanceof MismatchedInputException) {
      return new TopologyProblem(
          field.isEmpty() ? "the content" : field, "is of the wrong kind" + where, EXAMPLE);
    }
    String why = e.getOriginalMessage().strip().lines().findFirst().orElse("");
    return new TopologyProblem(
        field.isEmpty() ? "the content" : field,
        "cannot be read" + where + ": " + why,
        "is it YAML, with addresses in quotes? " + EXAMPLE);
  }

  private static String field(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  private Optional<SimulatedGpu> gpu(String field, @Nullable GpuEntry entry) {
    if (entry == null) {
      problems.add(
          new TopologyProblem(field, "is empty", "give its address and model, or remove it"));
      return Optional.empty();
    }
    refuseUnknown(
        field + ".",
        entry.unknown(),
        "address, model, memoryMiB, maxVfs, driver, quotaFiles, tiles, numaNode, pcieRoot,"
            + " memoryFile, managementEngine, faults");
    Optional<PciAddress> address = address(field + ".address", entry.address());
    Optional<PciDeviceId> model = model(field + ".model", entry.model());
    OptionalInt memoryMiB =
        count(field + ".memoryMiB", entry.memoryMiB(), Integer.MAX_VALUE, "MiB of local memory");
    OptionalInt maxVfs = count(field + ".maxVfs", entry.maxVfs(), SimulatedGpu.MAX_VFS, "VFs");
    Optional<KernelDriver> driver = driver(field + ".driver", entry.driver());
    Optional<QuotaFiles> quotaFiles =
        driver.flatMap(known -> quotaFiles(field + ".quotaFiles", entry.quotaFiles(), known));
    OptionalInt tiles = tiles(field + ".tiles", entry.tiles());
    Optional<OptionalInt> numaNode = numaNode(field + ".numaNode", entry.numaNode());
    Optional<String> pcieRoot =
        address.flatMap(known -> pcieRoot(field + ".pcieRoot", entry.pcieRoot(), known));
    Optional<MemoryFile> memoryFile =
        driver.flatMap(known -> memoryFile(field + ".memoryFile", entry.memoryFile(), known));
    Optional<Boolean> managementEngine =
        flag(field + ".managementEngine", entry.managementEngine());
    List<Fault> gpuFaults =
        new FaultReader(problems).read(field + ".faults", entry.faults(), maxVfs.orElse(0));
    if (address.isEmpty()
        || model.isEmpty()
        || memoryMiB.isEmpty()
        || maxVfs.isEmpty()
        || driver.isEmpty()
        || quotaFiles.isEmpty()
        || tiles.isEmpty()
        || numaNode.isEmpty()
        || pcieRoot.isEmpty()
        || memoryFile.isEmpty()
        || managementEngine.isEmpty()) {
      return Optional.empty();
    }
    if (!gpuFaults.isEmpty()) {
      faults.put(address.get(), gpuFaults);
    }
    return Optional.of(
        new SimulatedGpu(
            address.get(),
            model.get(),
            memoryMiB.getAsInt(),
            maxVfs.getAsInt(),
            driver.get(),
            quotaFiles.get(),
            tiles.getAsInt(),
            numaNode.get(),
            pcieRoot.get(),
            memoryFile.get(),
            managementEngine.get()));
  }

  private Optional<PciAddress> address(String field, @Nullable String text) {
    String remedy =
        "write domain:bus:device.function in lower-case hexadecimal, such as \"0000:b3:00.0\"";
    Optional<PciAddress> address = Optional.ofNullable(text).flatMap(PciAddress::parse);
    if (address.isEmpty()) {
      problems.add(new TopologyProblem(field, TopologyProblem.found(text), remedy));
      return address;
    }
    String other = fieldsByAddress.putIfAbsent(address.get(), field);
    if (other != null) {
      problems.add(
          new TopologyProblem(
              field,
              TopologyProblem.found(text) + ", the same as " + other,
              "give every GPU its own address"));
    }
    return address;
  }

  private Optional<PciDeviceId> model(String field, @Nullable String text) {
    Optional<PciDeviceId> model = Optional.ofNullable(text).flatMap(PciDeviceId::parse);
    if (model.isEmpty()) {
      problems.add(
          new TopologyProblem(
              field,
              TopologyProblem.found(text),
              "write the PCI device id in lower-case hexadecimal, such as \"0x56c0\""));
    }
    return model;
  }

  private Optional<Boolean> flag(String field, @Nullable String text) {
    Optional<Boolean> flag =
        switch (text) {
          case null -> Optional.of(false);
          case "true" -> Optional.of(true);
          case "false" -> Optional.of(false);
          default -> Optional.empty();
        };
    if (flag.isEmpty()) {
      problems.add(new TopologyProblem(field, TopologyProblem.found(text), "write true or false"));
    }
    return flag;
  }

  private OptionalInt count(String field, @Nullable String text, int max, String unit) {
    if (text == null) {
      return OptionalInt.of(0);
    }
    if (COUNT.matcher(text).matches() && Integer.parseInt(text) <= max) {
      return OptionalInt.of(Integer.parseInt(text));
    }
    problems.add(
        new TopologyProblem(
            field,
            TopologyProblem.found(text),
            "write the number of %s, from 0 to %d".formatted(unit, Math.min(max, 999_999_999))));
    return OptionalInt.empty();
  }

  private Optional<KernelDriver> driver(String field, @Nullable String text) {
    if (text == null) {
      return Optional.of(KernelDriver.I915);
    }
    Optional<KernelDriver> driver = KernelDriver.fromSysfsName(text);
    if (driver.isEmpty()) {
      problems.add(new TopologyProblem(field, TopologyProblem.found(text), "write i915 or xe"));
    }
    return driver;
  }

  private Optional<QuotaFiles> quotaFiles(
      String field, @Nullable String text, KernelDriver driver) {
    if (text == null) {
      return Optional.of(SimulatedGpu.newestQuotaFiles(driver));
    }
    List<QuotaFiles> possible =
        Arrays.stream(QuotaFiles.values())
            .filter(
                files ->
                    switch (files) {
                      case PRELIM_IOV -> driver == KernelDriver.I915;
                      case NONE -> true;
                      case SRIOV_ADMIN, SRIOV_ADMIN_WITHOUT_VRAM_QUOTA -> driver == KernelDriver.XE;
                    })
            .toList();
    Optional<QuotaFiles> files = QuotaFiles.named(text).filter(possible::contains);
    if (files.isEmpty()) {
      problems.add(
          new TopologyProblem(
              field,
              TopologyProblem.found(text),
              "the driver %s has %s"
                  .formatted(
                      driver.sysfsName(),
                      possible.stream()
                          .map(QuotaFiles::topologyName)
                          .collect(Collectors.joining(", or ")))));
    }
    return files;
  }

  private Optional<MemoryFile> memoryFile(
      String field, @Nullable String text, KernelDriver driver) {
    if (text == null) {
      return Optional.of(MemoryFile.LMEM_TOTAL_BYTES);
    }
    Optional<MemoryFile> file =
        MemoryFile.named(text).filter(named -> named.isPossibleWith(driver));
    if (file.isEmpty()) {
      problems.add(
          new TopologyProblem(
              field,
              TopologyProblem.found(text),
              "for the driver %s write %s"
                  .formatted(
                      driver.sysfsName(),
                      Arrays.stream(MemoryFile.values())
                          .filter(possible -> possible.isPossibleWith(driver))
                          .map(MemoryFile::topologyName)
                          .collect(Collectors.joining(", or ")))));
    }
    return file;
  }

  private OptionalInt tiles(String field, @Nullable String text) {
    if (text == null) {
      return OptionalInt.of(1);
    }
    if (text.matches("[1-%d]".formatted(SimulatedGpu.MAX_TILES))) {
      return OptionalInt.of(Integer.parseInt(text));
    }
    problems.add(
        new TopologyProblem(
            field,
            TopologyProblem.found(text),
            "write the number of tiles, from 1 to " + SimulatedGpu.MAX_TILES));
    return OptionalInt.empty();
  }

  /** Outer empty: there is a problem. Inner empty: the GPU has no NUMA node. */
  private Optional<OptionalInt> numaNode(String field, @Nullable String text) {
    if (text == null) {
      return Optional.of(OptionalInt.empty());
    }
    OptionalInt node = count(field, text, MAX_NUMA_NODE, "the GPU's NUMA node");
    return node.isPresent() ? Optional.of(node) : Optional.empty();
  }

  private Optional<String> pcieRoot(String field, @Nullable String text, PciAddress address) {
    if (text == null) {
      return Optional.of(PciPlacement.pcieRootAt(address));
    }
    if (SimulatedGpu.isPcieRoot(text)) {
      return Optional.of(text);
    }
    problems.add(
        new TopologyProblem(
            field,
            TopologyProblem.found(text),
            "write pci, the domain and the first bus of the host bridge, such as \"pci0000:b0\""));
    return Optional.empty();
  }

  private void refuseUnknown(String prefix, @Nullable Map<String, JsonNode> unknown, String known) {
    problems.addAll(TopologyProblem.unknown(prefix, unknown, known));
  }
}
