package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.MemorySource;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.SkipReason;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares each look at sysfs with the scan before, because a single read may fail by itself. What
 * this look could not read, and that scan could, stays as it was; only a second scan in a row that
 * cannot read it counts. What a look could read counts at once. A look between two scans is no
 * second one, because it may come a moment after the first.
 */
final class TwoLooks {

  private static final Discovery NOTHING = new Discovery(List.of(), List.of(), List.of());

  /** What the present look is compared with. */
  private Discovery before = NOTHING;

  /** What the next scan is compared with: the last scan, and what looks since then could read. */
  private Discovery latest = NOTHING;

  /** The value of {@link #latest} when a look between two scans began; empty during a scan. */
  private Optional<Discovery> latestScan = Optional.empty();

  private Discovery lastBelieved = NOTHING;
  private Set<SkippedDevice> inDoubt = Set.of();

  /** Begins a scan. A look may discover several times; only its last discovery is remembered. */
  void beginScan() {
    before = latest;
    latestScan = Optional.empty();
  }

  /** Begins a look between two scans. */
  void beginBetween() {
    before = new Discovery(lastBelieved.devices(), List.of(), lastBelieved.facts());
    latestScan = Optional.of(latest);
  }

  /** Returns what was found, with the rest as the scan before found it. */
  Discovery believed(Discovery found) {
    latest = latestScan.map(scan -> withWhatWasRead(scan, found)).orElse(found);
    var doubts = new HashSet<SkippedDevice>();
    lastBelieved = compared(before, found, doubts);
    inDoubt = Set.copyOf(doubts);
    return lastBelieved;
  }

  /** Returns the scan with what the look after it could read. */
  private static Discovery withWhatWasRead(Discovery scan, Discovery found) {
    Discovery completed = compared(scan, found, new HashSet<>());
    return new Discovery(
        completed.devices(),
        found.skipped().stream().filter(scan.skipped()::contains).toList(),
        completed.facts(),
        found.passedOver());
  }

  /**
   * @param doubts gets the devices that were skipped now, and stay as they were
   */
  private static Discovery compared(Discovery before, Discovery found, Set<SkippedDevice> doubts) {
    Map<DeviceUid, Gpu> gpusBefore = byUid(before.devices(), Gpu::uid);
    Map<DeviceUid, GpuFacts> factsBefore = byUid(before.facts(), GpuFacts::uid);
    Map<DeviceUid, Gpu> gpus = byUid(found.devices(), Gpu::uid);
    Map<DeviceUid, GpuFacts> facts = byUid(found.facts(), GpuFacts::uid);
    gpus.replaceAll(
        (uid, gpu) ->
            withMemoryOf(
                Optional.ofNullable(gpusBefore.get(uid)),
                gpu,
                Optional.ofNullable(facts.get(uid)),
                Optional.ofNullable(factsBefore.get(uid))));
    facts.replaceAll((uid, known) -> completed(known, Optional.ofNullable(factsBefore.get(uid))));
    for (SkippedDevice skipped : found.skipped()) {
      Optional<Gpu> offered = offered(before, skipped);
      if (offered.isEmpty()) {
        continue;
      }
      Gpu was = offered.get();
      Optional<GpuFacts> now = Optional.ofNullable(facts.get(was.uid()));
      if (skipped.reason() == SkipReason.SRIOV_UNKNOWN) {
        if (!wereVfsUnknown(before, skipped)) {
          gpus.computeIfPresent(was.uid(), (_, gpu) -> gpu.withVfsOf(was));
          doubts.add(skipped);
        }
      } else if (isFailedRead(skipped, now) && isStillItself(was, found, now)) {
        gpus.put(was.uid(), was);
        Optional.ofNullable(factsBefore.get(was.uid()))
            .ifPresent(known -> facts.put(was.uid(), known.withHealth(health(now, skipped))));
        doubts.add(skipped);
      }
    }
    return new Discovery(
        List.copyOf(gpus.values()),
        found.skipped(),
        List.copyOf(facts.values()),
        found.passedOver());
  }

  /** Whether the last discovery left something out that stays as it was until the next look. */
  boolean isInDoubt(SkippedDevice skipped) {
    return inDoubt.contains(skipped);
  }

  /** Returns a modifiable map in the order of the UIDs. */
  private static <T> Map<DeviceUid, T> byUid(List<T> all, Function<T, DeviceUid> uid) {
    return all.stream()
        .collect(Collectors.toMap(uid, Function.identity(), (first, _) -> first, TreeMap::new));
  }

  private static Gpu withMemoryOf(
      Optional<Gpu> was, Gpu gpu, Optional<GpuFacts> facts, Optional<GpuFacts> factsBefore) {
    boolean isLost = facts.filter(now -> !isMemoryKnown(now)).isPresent();
    return was.filter(_ -> isLost && factsBefore.filter(TwoLooks::isMemoryKnown).isPresent())
        .filter(same -> same.address().equals(gpu.address()))
        .filter(same -> same.drmNodes().equals(gpu.drmNodes()))
        .map(same -> gpu.withMemoryMiB(same.memoryMiB()))
        .orElse(gpu);
  }

  private static boolean isMemoryKnown(GpuFacts device) {
    return device.memory().filter(source -> !(source instanceof MemorySource.Nowhere)).isPresent();
  }

  private static GpuFacts completed(GpuFacts now, Optional<GpuFacts> before) {
    return before
        .filter(known -> known.address().equals(now.address()))
        .map(now::completedBy)
        .orElse(now);
  }

  private static Optional<Gpu> offered(Discovery before, SkippedDevice skipped) {
    return before.devices().stream()
        .filter(gpu -> gpu.address().equals(skipped.address()))
        .findFirst();
  }

  private static boolean wereVfsUnknown(Discovery before, SkippedDevice skipped) {
    return before.skipped().stream()
        .anyMatch(
            other ->
                other.reason() == SkipReason.SRIOV_UNKNOWN
                    && other.address().equals(skipped.address()));
  }

  /** Whether the device may be as it was; other reasons say what has become of it. */
  private static boolean isFailedRead(SkippedDevice skipped, Optional<GpuFacts> now) {
    return switch (skipped.reason()) {
      case UNREADABLE, MALFORMED, UNKNOWN_PARENT -> true;
      // the file exists, or it could not be determined that it does not
      case SURVIVABILITY_MODE ->
          now.map(GpuFacts::health)
              .filter(new GpuHealth.Survivability(GpuHealth.Survivability.Type.UNKNOWN)::equals)
              .isPresent();
      case UNSUPPORTED_DRIVER, NO_DRM_CARD, VANISHED, SRIOV_UNKNOWN -> false;
    };
  }

  /** Whether nothing says that another device is in its place, or that its nodes are another's. */
  private static boolean isStillItself(Gpu was, Discovery found, Optional<GpuFacts> now) {
    return found.facts().stream()
            .filter(facts -> facts.address().equals(was.address()))
            .allMatch(facts -> facts.uid().equals(was.uid()))
        && now.map(GpuFacts::address).filter(at -> !at.equals(was.address())).isEmpty()
        && found.devices().stream().noneMatch(gpu -> gpu.drmNodes().overlap(was.drmNodes()));
  }

  private static GpuHealth health(Optional<GpuFacts> now, SkippedDevice skipped) {
    return now.map(GpuFacts::health).orElseGet(() -> new GpuHealth.Unreadable(skipped.detail()));
  }
}
