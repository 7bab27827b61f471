package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The finalizer of a claim can be written, and its status cannot. */
class RefusedStatusTest {

  private static final String STATUS = "updateStatus ResourceClaim c";

  private final FakeCluster cluster = new FakeCluster();
  private final TestingNode node = new TestingNode(cluster, "node0", List.of(1000));

  @Test
  void itIsTriedAgainWithPauses() {
    cluster.created(resourceClass());
    node.act();
    var controller = new ControllerProcess(cluster, Policy.DEFAULT);
    List.copyOf(controller.starts()).forEach(Runnable::run);
    controller.api.refuse(STATUS::equals);
    cluster.created(immediate(claim("c")));

    // the clock stands still, so nothing that waits for its next try goes on
    for (int step = 0; step < 5_000; step++) {
      var behind = controller.informers().stream().filter(FakeInformer::isBehind).findFirst();
      if (behind.isPresent()) {
        behind.get().hear();
      } else if (controller.threads.ready() > 0) {
        controller.threads.goOn(0);
      } else {
        break;
      }
    }

    assertThat(controller.api.requests().stream().filter(STATUS::equals).count())
        .as("tries in no time; requests: %s", controller.api.requests().size())
        .isBetween(1L, 5L);
    controller.end();
  }
}
