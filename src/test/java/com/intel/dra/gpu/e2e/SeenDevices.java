package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The DRM nodes that a container lists in its log as it starts. */
final class SeenDevices {

  private static final Pattern CARD = Pattern.compile("\\bcard(\\d+)\\b");
  private static final Pattern RENDER = Pattern.compile("\\brenderD(\\d+)\\b");
  private static final int FIRST_RENDER = 128;

  private SeenDevices() {}

  /** Returns the numbers of the cards that the container sees. */
  static Set<Integer> in(RealCluster cluster, Pod pod, Container container) {
    return numbers(CARD, log(cluster, pod, container));
  }

  /** Waits until the container sees exactly the GPUs of the claims that it names. */
  static void awaitThoseOf(RealCluster cluster, Topology topology, Pod pod, Container container) {
    Set<Integer> cards =
        container.getResources().getClaims().stream()
            .map(use -> cluster.claimOf(pod, use.getName()))
            .flatMap(claim -> cards(cluster, topology, claim).stream())
            .collect(Collectors.toCollection(TreeSet::new));
    cluster.eventually(
        "%s in %s sees the GPUs of its claims"
            .formatted(container.getName(), pod.getMetadata().getName()),
        () -> {
          String log = log(cluster, pod, container);
          assertThat(numbers(CARD, log)).isEqualTo(cards);
          assertThat(numbers(RENDER, log))
              .isEqualTo(
                  cards.stream().map(card -> FIRST_RENDER + card).collect(Collectors.toSet()));
        });
  }

  private static Set<Integer> cards(RealCluster cluster, Topology topology, ResourceClaim claim) {
    return cluster.devicesOf(claim).stream()
        .map(nodeAndUid -> nodeAndUid.substring(nodeAndUid.indexOf(' ') + 1))
        .map(topology.uids()::indexOf)
        .collect(Collectors.toSet());
  }

  private static String log(RealCluster cluster, Pod pod, Container container) {
    return cluster.log(pod.getMetadata().getName(), container.getName());
  }

  private static Set<Integer> numbers(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> Integer.valueOf(match.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
