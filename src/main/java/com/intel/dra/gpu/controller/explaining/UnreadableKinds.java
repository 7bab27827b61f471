package com.intel.dra.gpu.controller.explaining;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * The kinds that the API server does not let this process read. Each is told once, until it can be
 * read again. For several threads.
 */
final class UnreadableKinds {

  private static final Set<Integer> NO_RIGHT = Set.of(401, 403);
  private static final int NOT_SERVED = 404;

  private final Consumer<String> warning;
  private final Set<String> kinds = new ConcurrentSkipListSet<>();
  private final Set<String> notServed = new ConcurrentSkipListSet<>();

  UnreadableKinds(Consumer<String> warning) {
    this.warning = warning;
  }

  /** A request failed. Returns whether that is a matter of rights, which pass by no retry. */
  boolean failed(String kind, Throwable failure) {
    if (failure instanceof KubernetesClientException absent && absent.getCode() == NOT_SERVED) {
      notServed.add(kind);
    }
    if (!(failure instanceof KubernetesClientException refused)
        || !NO_RIGHT.contains(refused.getCode())) {
      return false;
    }
    if (kinds.add(kind)) {
      warning.accept(
          ("The controller may not list and watch %s, so it cannot say why pods wait, or not rightly: install the"
                  + " rights of the account intel-gpu-explainer again (deploy/components/explain,"
                  + " or the chart with controller.explain=true)")
              .formatted(kind));
    }
    return true;
  }

  void canBeRead(String kind) {
    kinds.remove(kind);
    notServed.remove(kind);
  }

  /** Whether there is nothing to wait for: no right, or the API server does not have the kind. */
  boolean isAway(String kind) {
    return kinds.contains(kind) || notServed.contains(kind);
  }

  List<String> now() {
    return List.copyOf(kinds);
  }
}
