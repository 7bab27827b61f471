package com.intel.dra.gpu.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ExplainPropertiesTest {

  @Property(tries = 300)
  void whatFitsKeepsTheRules(@ForAll long seed) {
    RandomCluster.Case one = RandomCluster.of(seed);
    for (NodeAnswer answer : new Explainer().explain(one.view(), one.pod()).nodes()) {
      if (answer instanceof NodeAnswer.Fits fits) {
        assertThat(new AllocationChecker(one.view()).faults(fits)).isEmpty();
      }
    }
  }

  @Property(tries = 300)
  void anotherDeviceNeverMakesAPodWait(@ForAll long seed) {
    RandomCluster.Case one = RandomCluster.of(seed);
    Assume.that(one.view().claims().stream().noneMatch(ExplainPropertiesTest::wantsAll));
    var slices = new ArrayList<>(one.view().slices());
    slices.add(anotherDevice());
    ClusterView more =
        new ClusterView(
            one.view().nodes(),
            slices,
            one.view().classes(),
            one.view().claims(),
            List.of(),
            List.of(),
            one.view().features());
    var explainer = new Explainer();
    List<NodeAnswer> before = explainer.explain(one.view(), one.pod()).nodes();
    List<NodeAnswer> after = explainer.explain(more, one.pod()).nodes();
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i) instanceof NodeAnswer.Fits) {
        assertThat(after.get(i)).isInstanceOf(NodeAnswer.Fits.class);
      }
    }
  }

  @Property(tries = 300)
  void eachNodeWithoutDevicesHasACauseAndASentence(@ForAll long seed) {
    RandomCluster.Case one = RandomCluster.of(seed);
    PodExplanation explanation = new Explainer().explain(one.view(), one.pod());
    assertThat(explanation.summary()).endsWith(".").hasSizeBetween(20, PodExplanation.MAX_SUMMARY);
    assertThat(explanation.nodes()).hasSize(2).noneMatch(NodeAnswer.Unknown.class::isInstance);
    for (NodeAnswer answer : explanation.nodes()) {
      if (answer instanceof NodeAnswer.DoesNotFit not) {
        assertThat(not.failures()).isNotEmpty();
      }
    }
  }

  private static boolean wantsAll(ResourceClaim claim) {
    return claim.getSpec().getDevices().getRequests().stream()
        .anyMatch(
            request ->
                (request.getExactly() != null
                        && "All".equals(request.getExactly().getAllocationMode()))
                    || request.getFirstAvailable().stream()
                        .anyMatch(one -> "All".equals(one.getAllocationMode())));
  }

  private static ResourceSlice anotherDevice() {
    return new ResourceSliceBuilder()
        .withNewMetadata()
        .withName("zz")
        .endMetadata()
        .withNewSpec()
        .withDriver(RandomCluster.DRIVER)
        .withAllNodes(true)
        .withNewPool()
        .withName("zz")
        .withGeneration(1L)
        .withResourceSliceCount(1L)
        .endPool()
        .withDevices(
            new DeviceBuilder()
                .withName("zz")
                .addToAttributes("model", new DeviceAttributeBuilder().withString("a").build())
                .addToAttributes("flag", new DeviceAttributeBuilder().withBool(true).build())
                .addToAttributes("numa", new DeviceAttributeBuilder().withInt(1L).build())
                .addToCapacity(
                    "memory",
                    new io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder()
                        .withValue(new io.fabric8.kubernetes.api.model.Quantity("64Gi"))
                        .build())
                .build())
        .endSpec()
        .build();
  }
}
