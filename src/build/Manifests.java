import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Converts the manifests that the Quarkus build generated to the form that is installed. The build
 * runs it: {@code Manifests.java CONTROLLER_DIR AGENT_DIR RBAC_DIR OUTPUT_DIR REGISTRY TAG}. The
 * part for structured DRA is also in OUTPUT_DIR/structured, the controller as the explainer of
 * structured DRA in OUTPUT_DIR/structured-explain, and a component that gives the simulator's image
 * the registry and the tag of this build in OUTPUT_DIR/simulator-image.
 *
 * <p>Quarkus merges src/main/kubernetes/kubernetes.yml into the manifest of every application, does
 * not know DaemonSets, and gives each application a Deployment; this program leaves each manifest
 * only its own workload. The CRD generator gives each CRD a status, and each CRD with a status a
 * status subresource. Here parameters have no status and GpuAllocationState has no subresource, as
 * in the Go driver.
 */
final class Manifests {

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());
  private static final Set<String> WORKLOAD_KINDS = Set.of("Deployment", "DaemonSet");

  /** Kinds that Quarkus makes and that are of no use, or that src/main/kubernetes defines. */
  private static final Set<String> NOT_OURS = Set.of("Service", "ServiceAccount");

  private static final String DISRUPTION_BUDGET = "PodDisruptionBudget";
  private static final String CONTROLLER = "intel-gpu-controller";
  private static final String EXPLAINER = "intel-gpu-explainer";
  private static final String AGENT = "intel-gpu-node-agent";

  /** The Role and its binding by which agents renew their Lease. */
  private static final String LEASE_ROLE = "intel-gpu-node-agent-lease";

  private static final int MANAGEMENT_PORT = 9000;

  /** In the order of {@code kubectl get gas}. */
  private static final List<String> GAS_COLUMNS =
      List.of("Status", "GPUs", "VFs", "Claims", "Used MiB", "Total MiB", "Age");

  /** The simulator's image in deploy/components, for the default registry and version. */
  private static final String SIMULATOR = "intel-gpu-simulator";

  private static final String SIMULATOR_IMAGE = "registry.local/intel-gpu-dra/" + SIMULATOR;

  private static final String GAS_CRD = "gpuallocationstates.gpu.dra.intel.com.yml";

  /**
   * The descriptions of whole kinds for {@code kubectl explain}, which the generator leaves out.
   */
  private static final Map<String, String> DESCRIPTIONS =
      Map.of(
          "GpuAllocationState",
          "A node's Intel GPUs and virtual functions, who was given them, and which claims are prepared on the node."
              + " Named like the node. Written by the driver: read it, do not edit it.",
          "GpuClaimParameters",
          "What a ResourceClaim asks for: how many GPUs or virtual functions, and how much memory of each."
              + " In the claim's namespace; the claim names it in spec.parametersRef.",
          "DeviceClassParameters",
          "Which devices a ResourceClass gives out. The class names it in parametersRef.");

  public static void main(String[] args) throws IOException {
    Path controller = Path.of(args[0]);
    Path agent = Path.of(args[1]);
    Path rbac = Path.of(args[2]);
    Path output = Path.of(args[3]);
    Files.createDirectories(output.resolve("crds"));

    write(
        output.resolve("controller.yml"),
        ownPart(controller, rbac.resolve("rbac-controller.yml"), CONTROLLER, "Deployment"));
    List<JsonNode> agents =
        ownPart(agent, rbac.resolve("rbac-node-agent.yml"), AGENT, "DaemonSet");
    write(output.resolve("node-agent.yml"), agents);
    var resources = new ArrayList<String>(List.of("controller.yml", "node-agent.yml"));
    try (var files = Files.list(controller)) {
      for (Path crd : files.filter(f -> f.toString().endsWith("-v1.yml")).sorted().toList()) {
        String name = crd.getFileName().toString().replaceFirst("-v1\\.yml$", ".yml");
        write(
            output.resolve("crds").resolve(name), read(crd).stream().map(Manifests::crd).toList());
        resources.add("crds/" + name);
      }
    }
    kustomization(output, resources);

    // structured DRA needs no controller, none of its parameters, and no Lease of the agents
    Path structured = output.resolve("structured");
    Files.createDirectories(structured);
    write(
        structured.resolve("node-agent.yml"),
        agents.stream().filter(document -> !name(document).equals(LEASE_ROLE)).toList());
    Files.copy(
        output.resolve("crds").resolve(GAS_CRD),
        structured.resolve(GAS_CRD),
        StandardCopyOption.REPLACE_EXISTING);
    kustomization(structured, List.of("node-agent.yml", GAS_CRD));
    simulatorImage(output.resolve("simulator-image"), args[4], args[5]);

    Path explain = output.resolve("structured-explain");
    Files.createDirectories(explain);
    List<JsonNode> explainer =
        ownPart(controller, rbac.resolve("rbac-explainer.yml"), CONTROLLER, "Deployment");
    explainer.forEach(Manifests::explaining);
    explainer.add(service());
    write(explain.resolve("explainer.yml"), explainer);
    kustomization(explain, List.of("explainer.yml"));
  }

  /** The same program, switched on for structured DRA, with an account that has fewer rights. */
  private static void explaining(JsonNode document) {
    if (document.path("kind").asText().equals("Deployment")) {
      ObjectNode pod = (ObjectNode) document.path("spec").path("template").path("spec");
      pod.put("serviceAccountName", EXPLAINER);
      ((ArrayNode) pod.path("containers").path(0).path("env"))
          .addObject()
          .put("name", "GPU_EXPLAIN")
          .put("value", "true");
    }
  }

  /**
   * By which kubectl gpu asks the explainer, through the API server's proxy. The controller's own
   * name belongs to the Service for metrics of deploy/components/services.
   */
  private static JsonNode service() {
    ObjectNode service = YAML.createObjectNode();
    service.put("apiVersion", "v1").put("kind", "Service");
    ObjectNode metadata = service.putObject("metadata");
    metadata.put("name", EXPLAINER).put("namespace", "default");
    metadata
        .putObject("labels")
        .put("app.kubernetes.io/managed-by", "quarkus")
        .put("app.kubernetes.io/name", CONTROLLER);
    ObjectNode spec = service.putObject("spec");
    spec.putObject("selector").put("app.kubernetes.io/name", CONTROLLER);
    spec.putArray("ports")
        .addObject()
        .put("name", "management")
        .put("port", MANAGEMENT_PORT)
        .put("targetPort", "management");
    return service;
  }

  private static void simulatorImage(Path folder, String registry, String tag) throws IOException {
    Files.createDirectories(folder);
    ObjectNode component = YAML.createObjectNode();
    component.put("apiVersion", "kustomize.config.k8s.io/v1alpha1").put("kind", "Component");
    component
        .putArray("images")
        .addObject()
        .put("name", SIMULATOR_IMAGE)
        .put("newName", registry + "/" + SIMULATOR)
        .put("newTag", tag);
    write(folder.resolve("kustomization.yaml"), List.of(component));
  }

  private static void kustomization(Path folder, List<String> resources) throws IOException {
    ObjectNode kustomization = YAML.createObjectNode();
    kustomization.put("apiVersion", "kustomize.config.k8s.io/v1beta1").put("kind", "Kustomization");
    resources.forEach(kustomization.putArray("resources")::add);
    write(folder.resolve("kustomization.yaml"), List.of(kustomization));
  }

  private static List<JsonNode> ownPart(
      Path directory, Path rbacFile, String application, String workloadKind) throws IOException {
    List<JsonNode> kept = new ArrayList<>(rbac(rbacFile, application));
    boolean complete = false;
    for (JsonNode document : read(directory.resolve("kubernetes.yml"))) {
      String kind = document.path("kind").asText();
      boolean isOfAWorkload = WORKLOAD_KINDS.contains(kind) || kind.equals(DISRUPTION_BUDGET);
      boolean isOwn = name(document).equals(application);
      boolean isOwnWorkload = kind.equals(workloadKind) && isOwn;
      boolean isOwnBudget = kind.equals(DISRUPTION_BUDGET) && isOwn;
      if (isOwnWorkload || isOwnBudget || !(isOfAWorkload || NOT_OURS.contains(kind))) {
        complete |= isOwnWorkload;
        removeBuildFacts(document);
        document
            .path("spec")
            .path("template")
            .path("spec")
            .path("containers")
            .forEach(Manifests::correctContainer);
        kept.add(document);
      }
    }
    if (!complete) {
      throw new IllegalStateException(
          "%s: no %s %s was generated".formatted(directory, workloadKind, application));
    }
    return kept;
  }

  private static String name(JsonNode document) {
    return document.path("metadata").path("name").asText();
  }

  private static List<JsonNode> rbac(Path file, String application) throws IOException {
    List<JsonNode> documents = read(file);
    for (JsonNode document : documents) {
      ((ObjectNode) document.path("metadata"))
          .putObject("labels")
          .put("app.kubernetes.io/managed-by", "quarkus")
          .put("app.kubernetes.io/name", application);
    }
    return documents;
  }

  /**
   * Removes the main HTTP port, which is never opened, and the operator SDK's variables for the
   * watched namespaces, which would override the configuration.
   */
  private static void correctContainer(JsonNode container) {
    removeIf(container.path("ports"), port -> port.path("name").asText().equals("http"));
    removeIf(
        container.path("env"),
        variable -> variable.path("name").asText().startsWith("QUARKUS_OPERATOR_SDK_CONTROLLERS_"));
  }

  private static void removeIf(JsonNode array, Predicate<JsonNode> condition) {
    for (Iterator<JsonNode> elements = array.iterator(); elements.hasNext(); ) {
      if (condition.test(elements.next())) {
        elements.remove();
      }
    }
  }

  /**
   * Removes properties of one build, for example its commit, because each build would make another
   * manifest.
   */
  private static void removeBuildFacts(JsonNode node) {
    if (node instanceof ObjectNode object && object.get("annotations") instanceof ObjectNode a) {
      for (Iterator<String> names = a.fieldNames(); names.hasNext(); ) {
        if (names.next().startsWith("app.quarkus.io/")) {
          names.remove();
        }
      }
      if (a.isEmpty()) {
        object.remove("annotations");
      }
    }
    node.forEach(Manifests::removeBuildFacts);
  }

  /** The generator writes the bounds of whole numbers as floating-point numbers. */
  private static void wholeBounds(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("type").asText().equals("integer")) {
      for (String bound : List.of("minimum", "maximum")) {
        if (object.path(bound).isNumber()) {
          object.put(bound, object.path(bound).asLong());
        }
      }
    }
    node.forEach(Manifests::wholeBounds);
  }

  private static JsonNode crd(JsonNode crd) {
    boolean gas = crd.path("metadata").path("name").asText().startsWith("gpuallocationstates.");
    for (JsonNode version : crd.path("spec").path("versions")) {
      ObjectNode schema = (ObjectNode) version.path("schema").path("openAPIV3Schema");
      if (gas) {
        ((ObjectNode) version).remove("subresources");
        ((ObjectNode) schema.path("properties").path("status"))
            .put("description", "Ready, or NotReady: then nothing new is placed on the node.");
        order((ArrayNode) version.path("additionalPrinterColumns"));
      } else {
        ((ObjectNode) schema.path("properties")).remove("status");
        schema.putArray("required").add("spec");
      }
      removeRepeatedRules(schema);
      wholeBounds(schema);
      String kind = crd.path("spec").path("names").path("kind").asText();
      schema.put("description", Objects.requireNonNull(DESCRIPTIONS.get(kind), kind));
    }
    return crd;
  }

  /** Restores the order of the columns, because the generator sorts them by path. */
  private static void order(ArrayNode columns) {
    var byName = new HashMap<String, JsonNode>();
    columns.forEach(column -> byName.put(column.path("name").asText(), column));
    if (!byName.keySet().equals(Set.copyOf(GAS_COLUMNS))) {
      throw new IllegalStateException("columns " + byName.keySet() + " have no order here");
    }
    columns.removeAll();
    GAS_COLUMNS.forEach(name -> columns.add(byName.get(name)));
  }

  /**
   * Removes duplicate rules, because the generator finds an annotation of a record's component on
   * its field and on its accessor.
   */
  private static void removeRepeatedRules(JsonNode node) {
    var seen = new HashSet<JsonNode>();
    removeIf(node.path("x-kubernetes-validations"), rule -> !seen.add(rule));
    node.forEach(Manifests::removeRepeatedRules);
  }

  private static List<JsonNode> read(Path file) throws IOException {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return documents.readAll().stream().filter(d -> !d.isNull()).toList();
    }
  }

  private static void write(Path file, List<JsonNode> documents) throws IOException {
    var text = new StringBuilder("# Generated by the build; do not edit.\n");
    for (JsonNode document : documents) {
      text.append(YAML.writeValueAsString(document));
    }
    Files.writeString(file, text);
  }
}
