package com.intel.dra.gpu.nodeagent.gas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GasInformerTest {

  /** GasKeeper may look before the operator has started the informer. */
  @Test
  void beforeTheInformerHasStartedThereIsNoGas() {
    var informer = new GasInformer(TestingConfig.below(Path.of("/nowhere")));
    assertThat(informer.current()).isEmpty();
    try (KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty()).withMasterUrl("http://127.0.0.1:1").build())
            .build()) {
      informer.show(
          new InformerEventSource<GpuAllocationState, GpuAllocationState>(
              InformerEventSourceConfiguration.from(
                      GpuAllocationState.class, GpuAllocationState.class)
                  .withKubernetesClient(client)
                  .build(),
              new EventSourceContext<>(null, null, client, GpuAllocationState.class)));

      assertThat(informer.current()).isEmpty();
    }
  }

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
