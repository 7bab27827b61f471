package com.intel.dra.gpu.controller.allocate;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.ControllerProcess;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ResourceCache;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Which claims are triggered when a node has capacity. The controller asks for them once for each
 * node at a start, and once for each release.
 */
class WaitingClaimsTest {

  private final FakeCluster cluster = new FakeCluster();
  private final ClusterView view = new ClusterView(ControllerProcess.NAMESPACE);
  private final FakeInformer<ResourceClaim> claims =
      new FakeInformer<>(cluster, ResourceClaim.class, _ -> true, view.claims);

  @BeforeEach
  void classOfOurs() {
    cluster.created(resourceClass());
    new FakeInformer<>(cluster, ResourceClass.class, _ -> true, view.classes).sync();
  }

  @Test
  void theyAreFoundWithoutALookAtAllClaims() {
    cluster.created(immediate(claim("waits")));
    cluster.created(claim("waits-for-a-pod"));
    ResourceClaim held = cluster.created(immediate(claim("allocated")));
    cluster.edit(held, now -> Claims.allocated(now, new AllocationResult(), Optional.empty()));
    claims.sync();
    view.claims.attach(new WithoutList(claims));

    assertThat(names()).containsExactly("waits");
  }

  @Test
  void oneThatWasAllocatedByAWriteOfOursWaitsNoMore() {
    ResourceClaim waits = cluster.created(immediate(claim("waits")));
    claims.sync();
    assertThat(names()).containsExactly("waits");

    view.claims.remember(
        waits, version(Claims.allocated(waits, new AllocationResult(), Optional.empty()), waits));

    assertThat(names()).isEmpty();
  }

  private static ResourceClaim version(ResourceClaim written, ResourceClaim before) {
    long version = Long.parseLong(before.getMetadata().getResourceVersion());
    written.getMetadata().setResourceVersion(Long.toString(version + 1));
    return written;
  }

  private List<String> names() {
    return view.unallocatedImmediateClaims().map(claim -> claim.getMetadata().getName()).toList();
  }

  private record WithoutList(ResourceCache.Informer<ResourceClaim> informer)
      implements ResourceCache.Informer<ResourceClaim> {

    @Override
    public boolean hasSynced() {
      return informer.hasSynced();
    }

    @Override
    public Optional<ResourceClaim> get(ResourceID id) {
      return informer.get(id);
    }

    @Override
    public Stream<ResourceClaim> list() {
      throw new AssertionError("looked at all claims");
    }

    @Override
    public List<ResourceClaim> byIndex(String index, String key) {
      return informer.byIndex(index, key);
    }

    @Override
    public void expect(ResourceClaim before, ResourceClaim written) {
      informer.expect(before, written);
    }
  }
}
