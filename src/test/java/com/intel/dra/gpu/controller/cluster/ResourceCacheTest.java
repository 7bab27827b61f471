package com.intel.dra.gpu.controller.cluster;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the informer's events change after a write of this process. */
class ResourceCacheTest {

  private final FakeCluster cluster = new FakeCluster();
  private final ResourceCache<ResourceClaim> cache = new ResourceCache<>();
  private final FakeInformer<ResourceClaim> informer =
      new FakeInformer<>(cluster, ResourceClaim.class, _ -> true, cache);
  private final List<String> heard = new ArrayList<>();
  private ResourceClaim seen = cluster.created(claim("c"));

  @BeforeEach
  void synced() {
    informer.sync();
    informer.tell(
        (_, after) -> after.ifPresent(now -> heard.add(now.getMetadata().getResourceVersion())));
  }

  @Test
  void ofAWriteOnWhatItShowsNothingIsTold() {
    write(seen);

    hearAll();
    assertThat(heard).isEmpty();
  }

  @Test
  void ofAnothersChangeThatOurWriteWasDecidedOnAfterAConflictItIsTold() {
    cluster.edit(seen, Claims::withFinalizer);
    ResourceClaim read =
        cluster.read(ResourceClaim.class, seen.getMetadata().getNamespace(), "c").orElseThrow();
    write(read);

    hearAll();
    assertThat(heard).contains(read.getMetadata().getResourceVersion());
  }

  private void write(ResourceClaim before) {
    ResourceClaim changed =
        Claims.hasFinalizer(before)
            ? Claims.withoutFinalizer(before)
            : Claims.withFinalizer(before);
    assertThat(cluster.update(changed))
        .isInstanceOfSatisfying(
            ApiServer.Outcome.Written.class,
            written -> cache.remember(before, (ResourceClaim) written.object()));
  }

  private void hearAll() {
    while (informer.isBehind()) {
      informer.hear();
    }
  }
}
