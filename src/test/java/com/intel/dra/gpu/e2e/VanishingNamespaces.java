package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Namespaces of finished tests. They are empty, but Kubernetes takes 5 s to delete one, so this
 * waits for all of them at the end of the test class.
 */
final class VanishingNamespaces implements AutoCloseable {

  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(VanishingNamespaces.class);

  private final KubernetesClient client;
  private final Set<String> names = new HashSet<>();

  private VanishingNamespaces(KubernetesClient client) {
    this.client = client;
  }

  static VanishingNamespaces of(ExtensionContext test, KubernetesClient client) {
    ExtensionContext testClass = test.getParent().orElseThrow();
    return testClass
        .getStore(STORE)
        .computeIfAbsent(
            VanishingNamespaces.class,
            _ -> new VanishingNamespaces(client),
            VanishingNamespaces.class);
  }

  void add(String name) {
    names.add(name);
  }

  @Override
  public void close() {
    Awaitility.await("namespaces are gone")
        .atMost(Duration.ofSeconds(120))
        .untilAsserted(
            () ->
                assertThat(client.namespaces().list().getItems())
                    .extracting(namespace -> namespace.getMetadata().getName())
                    .doesNotContainAnyElementsOf(names));
  }
}
