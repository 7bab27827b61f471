package com.intel.dra.gpu.nodeagent.gas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GasInformerTest {

  @Test
  void whatNobodyWaitsForTakesOneLookAndWhatComesLaterAnother() {
    var looks = new AtomicInteger();
    var informer =
        new GasInformer(TestingConfig.below(Path.of("/nowhere"))) {
          @Override
          public void reconcileSoon() {
            looks.incrementAndGet();
          }
        };

    long begin = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      informer.reconcileInAWhile();
    }
    boolean withinTheWhile =
        Duration.ofNanos(System.nanoTime() - begin).compareTo(GasInformer.A_WHILE) < 0;
    await().untilAtomic(looks, org.hamcrest.Matchers.greaterThan(0));
    if (withinTheWhile) {
      assertThat(looks).hasValue(1);
    }

    int before = looks.get();
    informer.reconcileInAWhile();
    await().untilAtomic(looks, org.hamcrest.Matchers.greaterThan(before));
  }
}
