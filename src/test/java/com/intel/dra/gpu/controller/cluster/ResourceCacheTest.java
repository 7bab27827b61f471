package com.intel.dra.gpu.controller.cluster;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the informer's events change after a write of this process. */
class ResourceCacheTest {

  private static final String PROTECTED = "protected";

  private final FakeCluster cluster = new FakeCluster();
  private final ResourceCache<ResourceClaim> cache =
      new ResourceCache<>(Map.of(PROTECTED, ResourceCacheTest::protection));
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

    informer.hearAll();
    assertThat(heard).isEmpty();
  }

  @Test
  void ofAnothersChangeThatOurWriteWasDecidedOnAfterAConflictItIsTold() {
    cluster.edit(seen, Claims::withFinalizer);
    ResourceClaim read =
        cluster.read(ResourceClaim.class, seen.getMetadata().getNamespace(), "c").orElseThrow();
    write(read);

    informer.hearAll();
    assertThat(heard).contains(read.getMetadata().getResourceVersion());
  }

  /** The event of a write arrives, and another thread sees that, while this one reads. */
  @ParameterizedTest
  @MethodSource
  void aWriteIsNotForgottenWhileItsEventArrives(
      Function<ResourceCache<ResourceClaim>, Collection<ResourceClaim>> read) {
    write(seen);
    ResourceClaim written =
        cluster.read(ResourceClaim.class, seen.getMetadata().getNamespace(), "c").orElseThrow();
    cache.attach(new OvertakenInformer());

    assertThat(read.apply(cache)).containsExactly(written);
  }

  static Stream<Function<ResourceCache<ResourceClaim>, Collection<ResourceClaim>>>
      aWriteIsNotForgottenWhileItsEventArrives() {
    return Stream.of(
        cache -> cache.get(ResourceID.fromResource(claim("c"))).stream().toList(),
        cache -> cache.list().toList(),
        cache -> cache.byIndex(PROTECTED, PROTECTED));
  }

  private static List<String> protection(ResourceClaim claim) {
    return Claims.hasFinalizer(claim) ? List.of(PROTECTED) : List.of();
  }

  /** Gets all events, and is read by another thread, between its first answer and its reader. */
  private final class OvertakenInformer implements ResourceCache.Informer<ResourceClaim> {

    private boolean isOvertaken;

    private <R> R overtaken(R answer) {
      if (!isOvertaken) {
        isOvertaken = true;
        informer.hearAll();
        assertThat(cache.get(ResourceID.fromResource(seen))).isPresent();
      }
      return answer;
    }

    @Override
    public boolean hasSynced() {
      return informer.hasSynced();
    }

    @Override
    public Optional<ResourceClaim> get(ResourceID id) {
      return overtaken(informer.get(id));
    }

    @Override
    public Stream<ResourceClaim> list() {
      return overtaken(informer.list());
    }

    @Override
    public List<ResourceClaim> byIndex(String index, String key) {
      return overtaken(informer.byIndex(index, key));
    }

    @Override
    public void expect(ResourceClaim before, ResourceClaim written) {
      informer.expect(before, written);
    }
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
}
