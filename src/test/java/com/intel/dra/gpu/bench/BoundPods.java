package com.intel.dra.gpu.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** When each pod was requested, and when it was seen to be bound to a node. */
final class BoundPods implements Watcher<Pod> {

  private final Map<String, Long> requestedAt = new ConcurrentHashMap<>();
  private final Map<String, Long> boundAt = new ConcurrentHashMap<>();
  private final CountDownLatch missing;

  BoundPods(int pods) {
    missing = new CountDownLatch(pods);
  }

  void requested(String pod) {
    requestedAt.put(pod, System.nanoTime());
  }

  @Override
  public void eventReceived(Action action, Pod pod) {
    String node = pod.getSpec().getNodeName();
    if (requestedAt.containsKey(pod.getMetadata().getName())
        && node != null
        && !node.isEmpty()
        && boundAt.putIfAbsent(pod.getMetadata().getName(), System.nanoTime()) == null) {
      missing.countDown();
    }
  }

  @Override
  public void onClose(WatcherException cause) {
    System.err.println("the watch for pods ended early: " + cause.getMessage());
    System.exit(1);
  }

  /** Returns whether all pods are bound within that time. */
  boolean await(long seconds) throws InterruptedException {
    return missing.await(seconds, TimeUnit.SECONDS);
  }

  long stillMissing() {
    return missing.getCount();
  }

  List<Double> secondsFromOwnRequest() {
    var seconds = new ArrayList<Double>();
    requestedAt.forEach((pod, at) -> seconds.add(inSeconds(boundAt.getOrDefault(pod, 0L) - at)));
    return seconds.stream().sorted().toList();
  }

  List<Double> secondsFromFirstRequest() {
    long first = requestedAt.values().stream().min(Long::compare).orElseThrow();
    return boundAt.values().stream().map(at -> inSeconds(at - first)).sorted().toList();
  }

  private static double inSeconds(long nanoseconds) {
    return Math.round(nanoseconds / 1e6) / 1e3;
  }
}
