package com.intel.dra.gpu.kubelet;

import com.intel.dra.gpu.kubelet.PrepareResult.Prepared;
import com.intel.dra.gpu.kubelet.UnprepareResult.Unprepared;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Prepares every claim except those whose UID starts with "fail" or "throw"; a test can make it
 * wait.
 */
final class TestingClaimPreparer implements ClaimPreparer {

  final List<String> handles = new java.util.concurrent.CopyOnWriteArrayList<>();
  final ConcurrentHashMap<String, AtomicInteger> calls = new ConcurrentHashMap<>();

  /** How long each call to prepare had waited before. */
  final List<Duration> waits = new java.util.concurrent.CopyOnWriteArrayList<>();

  final AtomicInteger running = new AtomicInteger();
  final AtomicInteger mostRunning = new AtomicInteger();
  volatile Function<ClaimReference, Prepared> answer =
      claim -> Prepared.classic(List.of("example.com/gpu=" + claim.uid()));
  volatile CountDownLatch gate = new CountDownLatch(0);

  @Override
  public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
    enter(claim);
    try {
      resourceHandle.ifPresent(handles::add);
      if (claim.uid().startsWith("throw")) {
        throw new IllegalStateException("a defect");
      }
      return claim.uid().startsWith("fail")
          ? new PrepareResult.Failed("no such device for " + claim.uid())
          : answer.apply(claim);
    } finally {
      running.decrementAndGet();
    }
  }

  @Override
  public PrepareResult prepare(
      ClaimReference claim, Optional<String> resourceHandle, Duration waited) {
    waits.add(waited);
    return prepare(claim, resourceHandle);
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    enter(claim);
    running.decrementAndGet();
    if (claim.uid().startsWith("throw")) {
      throw new IllegalStateException("a defect");
    }
    return claim.uid().startsWith("fail")
        ? new UnprepareResult.Failed("busy: " + claim.uid())
        : new Unprepared();
  }

  private void enter(ClaimReference claim) {
    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
    calls.computeIfAbsent(claim.uid(), uid -> new AtomicInteger()).incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
