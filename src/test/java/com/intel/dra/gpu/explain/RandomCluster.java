package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequirementsBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClassBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceConstraintBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelectorBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequestBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTolerationBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequestBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Small clusters by chance, with everything that decides about devices: counters, shares, taints,
 * constraints, alternatives, several pools and nodes. The same seed makes the same cluster.
 */
public final class RandomCluster {

  static final String DRIVER = "gpu.intel.com";

  private static final List<String> SELECTORS =
      List.of(
          "device.attributes['gpu.intel.com'].model == 'a'",
          "device.attributes['gpu.intel.com'].?numa.orValue(0) == 1",
          "device.capacity['gpu.intel.com'].memory.compareTo(quantity('16Gi')) >= 0",
          "'memory' in device.capacity['gpu.intel.com']",
          "device.attributes['gpu.intel.com'].model in ['b', 'c']",
          "has(device.attributes['gpu.intel.com'].version)"
              + " && device.attributes['gpu.intel.com'].version.isGreaterThan(semver('1.5.0'))",
          "device.allowMultipleAllocations",
          "!device.allowMultipleAllocations",
          "cel.bind(d, device.attributes['gpu.intel.com'], d.model != 'a' || d.flag)",
          "['a', 'b'].exists(m, m == device.attributes['gpu.intel.com'].model)",
          "device.attributes['other.example.com'].?x.hasValue()",
          "'other.example.com' in device.attributes || device.driver.startsWith('gpu')");

  /** Fails for devices without the attribute. */
  private static final String FAILING = "device.attributes['gpu.intel.com'].numa == 1";

  private final Random random;
  private final List<ResourceSlice> slices = new ArrayList<>();
  private final List<ResourceClaim> claims = new ArrayList<>();

  private RandomCluster(long seed) {
    this.random = new Random(seed);
  }

  /** A cluster and a pod that waits in it. */
  public record Case(ClusterView view, Pod pod) {}

  /** Makes one. */
  public static Case of(long seed) {
    return new RandomCluster(seed).make();
  }

  private Case make() {
    List<Node> nodes = List.of(node("n1", "a"), node("n2", "b"));
    for (Node node : nodes) {
      localPool(node.getMetadata().getName());
    }
    if (chance(25)) {
      sharedPool();
    }
    hold();
    int waiting = chance(25) ? 2 : 1;
    var names = new ArrayList<String>();
    for (int i = 0; i < waiting; i++) {
      names.add("c" + i);
      claims.add(waiting("c" + i));
    }
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName("pod")
            .withUid("pod")
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .build();
    for (String name : names) {
      pod.getSpec()
          .getResourceClaims()
          .add(
              new io.fabric8.kubernetes.api.model.PodResourceClaimBuilder()
                  .withName(name)
                  .withResourceClaimName(name)
                  .build());
    }
    var view =
        new ClusterView(
            nodes, slices, classes(), claims, List.of(), List.of(), SchedulerFeatures.ofMinor(37));
    return new Case(view, pod);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> List<T> some(int max, IntFunction<T> maker) {
    return IntStream.range(0, random.nextInt(max + 1)).mapToObj(maker).toList();
  }

  private static Node node(String name, String zone) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(Map.of("zone", zone))
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  private static List<DeviceClass> classes() {
    return List.of(
        deviceClass("any", "device.driver == 'gpu.intel.com'"),
        deviceClass("model-a", "device.attributes['gpu.intel.com'].?model.orValue('') == 'a'"));
  }

  private static DeviceClass deviceClass(String name, String expression) {
    return new DeviceClassBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withSelectors(selector(expression))
        .endSpec()
        .build();
  }

  private static DeviceSelector selector(String expression) {
    return new DeviceSelectorBuilder().withNewCel(expression).build();
  }

  private void localPool(String node) {
    boolean counters = chance(50);
    int deviceSlices = 1 + random.nextInt(2);
    int count = deviceSlices + (counters ? 1 : 0);
    int published = chance(8) ? count + 1 : count;
    if (counters) {
      ResourceSlice slice = slice(node + "-counters", node, published);
      slice.getSpec().setNodeName(node);
      slice
          .getSpec()
          .setSharedCounters(
              IntStream.range(0, 2)
                  .mapToObj(
                      i ->
                          new CounterSetBuilder()
                              .withName("g" + i)
                              .withCounters(
                                  Map.of(
                                      "memory",
                                      new Counter(new Quantity(oneOf(List.of("16Gi", "24Gi")))),
                                      "slots",
                                      new Counter(new Quantity("" + (1 + random.nextInt(4))))))
                              .build())
                  .toList());
      slices.add(slice);
    }
    for (int s = 0; s < deviceSlices; s++) {
      ResourceSlice slice = slice(node + "-" + s, node, published);
      slice.getSpec().setNodeName(node);
      int from = s * 4;
      slice
          .getSpec()
          .setDevices(
              new ArrayList<>(
                  IntStream.range(0, 1 + random.nextInt(4))
                      .mapToObj(i -> device("d" + (from + i), counters))
                      .toList()));
      slices.add(slice);
    }
    if (chance(4)) {
      ResourceSlice newer = slice(node + "-new", node, 1);
      newer.getSpec().setNodeName(node);
      newer.getSpec().getPool().setGeneration(2L);
      newer.getSpec().setDevices(List.of(device("d9", false)));
      slices.add(newer);
    }
  }

  private void sharedPool() {
    ResourceSlice slice = slice("shared-0", "shared", 1);
    List<Device> devices =
        IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> device("s" + i, false)).toList();
    switch (random.nextInt(3)) {
      case 0 -> slice.getSpec().setAllNodes(true);
      case 1 -> slice.getSpec().setNodeSelector(zone("a"));
      default -> {
        slice.getSpec().setPerDeviceNodeSelection(true);
        for (Device device : devices) {
          switch (random.nextInt(3)) {
            case 0 -> device.setAllNodes(true);
            case 1 -> device.setNodeSelector(zone(oneOf(List.of("a", "b"))));
            default -> device.setNodeName(oneOf(List.of("n1", "n2")));
          }
        }
      }
    }
    slice.getSpec().setDevices(new ArrayList<>(devices));
    slices.add(slice);
  }

  private static NodeSelector zone(String zone) {
    return new NodeSelectorBuilder()
        .addNewNodeSelectorTerm()
        .addToMatchExpressions(new NodeSelectorRequirement("zone", "In", List.of(zone)))
        .endNodeSelectorTerm()
        .build();
  }

  private static ResourceSlice slice(String name, String pool, long count) {
    return new ResourceSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withDriver(DRIVER)
        .withNewPool()
        .withName(pool)
        .withGeneration(1L)
        .withResourceSliceCount(count)
        .endPool()
        .endSpec()
        .build();
  }

  private Device device(String name, boolean counters) {
    var device = new DeviceBuilder().withName(name);
    device.addToAttributes(
        "model", new DeviceAttributeBuilder().withString(oneOf(List.of("a", "b"))).build());
    device.addToAttributes("flag", new DeviceAttributeBuilder().withBool(chance(50)).build());
    if (chance(85)) {
      device.addToAttributes(
          "numa", new DeviceAttributeBuilder().withInt((long) random.nextInt(2)).build());
    }
    if (chance(60)) {
      device.addToAttributes(
          "version",
          new DeviceAttributeBuilder().withVersion(oneOf(List.of("1.0.0", "2.1.0"))).build());
    }
    boolean shareable = chance(30);
    if (chance(80)) {
      var capacity =
          new DeviceCapacityBuilder().withValue(new Quantity(oneOf(List.of("8Gi", "16Gi"))));
      if (shareable && chance(70)) {
        capacity.withRequestPolicy(policy());
      }
      device.addToCapacity("memory", capacity.build());
    }
    if (shareable) {
      device.withAllowMultipleAllocations(true);
    }
    if (counters && chance(75)) {
      device
          .addNewConsumesCounter()
          .withCounterSet("g" + random.nextInt(2))
          .withCounters(
              Map.of(
                  "memory",
                  new Counter(new Quantity(oneOf(List.of("8Gi", "16Gi")))),
                  "slots",
                  new Counter(new Quantity("1"))))
          .endConsumesCounter();
    }
    if (chance(15)) {
      device.withTaints(
          new DeviceTaintBuilder()
              .withKey(oneOf(List.of("k1", "k2")))
              .withValue("v")
              .withEffect(oneOf(List.of("NoSchedule", "NoExecute", "None")))
              .build());
    }
    return device.build();
  }

  private CapacityRequestPolicy policy() {
    var policy =
        new CapacityRequestPolicyBuilder().withDefault(new Quantity(oneOf(List.of("2Gi", "4Gi"))));
    if (chance(50)) {
      policy.withValidValues(new Quantity("2Gi"), new Quantity("4Gi"), new Quantity("8Gi"));
    } else {
      policy
          .withNewValidRange()
          .withMin(new Quantity("1Gi"))
          .withMax(new Quantity("8Gi"))
          .withStep(new Quantity(oneOf(List.of("1Gi", "512Mi"))))
          .endValidRange();
    }
    return policy.build();
  }

  private void hold() {
    int number = 0;
    for (ResourceSlice slice : slices) {
      for (Device device : slice.getSpec().getDevices()) {
        if (!chance(30)) {
          continue;
        }
        var result =
            new DeviceRequestAllocationResultBuilder()
                .withRequest("r")
                .withDriver(DRIVER)
                .withPool(slice.getSpec().getPool().getName())
                .withDevice(device.getName());
        if (Boolean.TRUE.equals(device.getAllowMultipleAllocations())) {
          result.withShareID(new UUID(random.nextLong(), random.nextLong()).toString());
          if (device.getCapacity().containsKey("memory") && chance(85)) {
            result.addToConsumedCapacity("memory", new Quantity(oneOf(List.of("2Gi", "4Gi"))));
          }
        } else if (chance(10)) {
          result.withAdminAccess(true);
        }
        claims.add(
            claim("held" + number++)
                .withNewStatus()
                .withNewAllocation()
                .withNewDevices()
                .withResults(result.build())
                .endDevices()
                .endAllocation()
                .endStatus()
                .build());
      }
    }
  }

  private static ResourceClaimBuilder claim(String name) {
    return new ResourceClaimBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName(name)
        .withUid(name)
        .endMetadata()
        .withNewSpec()
        .withNewDevices()
        .endDevices()
        .endSpec();
  }

  private ResourceClaim waiting(String name) {
    int requests = 1 + random.nextInt(3);
    ResourceClaim claim = claim(name).build();
    for (int r = 0; r < requests; r++) {
      claim.getSpec().getDevices().getRequests().add(request("r" + r));
    }
    if (chance(35)) {
      var constraint = new DeviceConstraintBuilder();
      String attribute = DRIVER + "/" + oneOf(List.of("model", "numa", "version", "flag"));
      if (chance(65)) {
        constraint.withMatchAttribute(attribute);
      } else {
        constraint.withDistinctAttribute(attribute);
      }
      if (requests > 1 && chance(40)) {
        constraint.withRequests("r0", "r1");
      }
      claim.getSpec().getDevices().getConstraints().add(constraint.build());
    }
    return claim;
  }

  private DeviceRequest request(String name) {
    var request = new DeviceRequestBuilder().withName(name);
    return chance(20)
        ? request
            .withFirstAvailable(
                IntStream.range(0, 1 + random.nextInt(3))
                    .mapToObj(i -> alternative("a" + i))
                    .toList())
            .build()
        : request.withExactly(exactly()).build();
  }

  private ExactDeviceRequest exactly() {
    var request =
        new ExactDeviceRequestBuilder()
            .withDeviceClassName(oneOf(List.of("any", "any", "model-a")))
            .withSelectors(selectors())
            .withTolerations(tolerations());
    if (chance(15)) {
      request.withAllocationMode("All");
    } else {
      request.withAllocationMode("ExactCount").withCount(1L + (chance(30) ? 1 : 0));
    }
    if (chance(6)) {
      request.withAdminAccess(true);
    }
    if (chance(20)) {
      request.withCapacity(
          new CapacityRequirementsBuilder()
              .addToRequests("memory", new Quantity(oneOf(List.of("1Gi", "3Gi", "7680Mi", "12Gi"))))
              .build());
    }
    return request.build();
  }

  private DeviceSubRequest alternative(String name) {
    var request =
        new DeviceSubRequestBuilder()
            .withName(name)
            .withDeviceClassName(oneOf(List.of("any", "model-a")))
            .withSelectors(selectors())
            .withTolerations(tolerations());
    if (chance(15)) {
      request.withAllocationMode("All");
    } else {
      request.withAllocationMode("ExactCount").withCount(oneOf(List.of(1L, 2L, 3L)));
    }
    if (chance(20)) {
      request.withCapacity(
          new CapacityRequirementsBuilder()
              .addToRequests("memory", new Quantity(oneOf(List.of("1Gi", "3Gi", "12Gi"))))
              .build());
    }
    return request.build();
  }

  private List<DeviceSelector> selectors() {
    if (chance(4)) {
      return List.of(selector(FAILING));
    }
    return chance(50) ? List.of() : some(2, i -> selector(oneOf(SELECTORS)));
  }

  private List<DeviceToleration> tolerations() {
    if (!chance(25)) {
      return List.of();
    }
    return List.of(
        switch (random.nextInt(3)) {
          case 0 -> new DeviceTolerationBuilder().withOperator("Exists").build();
          case 1 ->
              new DeviceTolerationBuilder()
                  .withKey("k1")
                  .withOperator("Equal")
                  .withValue("v")
                  .build();
          default ->
              new DeviceTolerationBuilder()
                  .withKey("k2")
                  .withOperator("Exists")
                  .withEffect("NoSchedule")
                  .build();
        });
  }
}
