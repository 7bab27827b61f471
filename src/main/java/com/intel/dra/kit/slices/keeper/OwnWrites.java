package com.intel.dra.kit.slices.keeper;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The keeper's own writes that the watch may not have shown yet. Without this record, a slice would
 * be created a second time while the watch is behind. A write is forgotten when the watch has shown
 * it, or after some time, because a watch that was restarted may never show objects that came and
 * went in between. In that case the API server must be read directly.
 */
final class OwnWrites {

  private sealed interface Write {
    long until();
  }

  private record Stored(ResourceSlice slice, long until) implements Write {}

  private record Gone(long until) implements Write {}

  private final LongSupplier nanoClock;
  private final long remembered;
  private final Map<String, Write> writes = new HashMap<>();

  OwnWrites(LongSupplier nanoClock, Duration remembered) {
    this.nanoClock = nanoClock;
    this.remembered = remembered.toNanos();
  }

  synchronized void stored(ResourceSlice slice) {
    writes.put(uid(slice), new Stored(slice, nanoClock.getAsLong() + remembered));
  }

  synchronized void deleted(ResourceSlice slice) {
    writes.put(uid(slice), new Gone(nanoClock.getAsLong() + remembered));
  }

  /**
   * Forgets a write after a conflict: another writer has changed the slice since, and the watch
   * shows that or will show it.
   */
  synchronized void forget(ResourceSlice slice) {
    writes.remove(uid(slice));
  }

  /**
   * @return whether the watch showed our own write
   */
  synchronized boolean watchSawWritten(ResourceSlice slice) {
    return switch (writes.get(uid(slice))) {
      case Stored(ResourceSlice own, long until) -> {
        boolean behind = isNewer(own, slice);
        if (!behind) {
          writes.remove(uid(slice));
        }
        yield behind || version(own).equals(version(slice));
      }
      case Gone gone -> true;
      case null -> false;
    };
  }

  /**
   * @return whether the watch showed our own deletion
   */
  synchronized boolean watchSawDeleted(ResourceSlice slice) {
    return writes.remove(uid(slice)) instanceof Gone;
  }

  /** Whether there are writes that the watch has not shown yet. */
  synchronized boolean areUnconfirmed() {
    return !writes.isEmpty();
  }

  /**
   * The time by the clock at which the first unconfirmed write is forgotten; empty if there is
   * none.
   */
  synchronized OptionalLong firstForgotten() {
    long now = nanoClock.getAsLong();
    OptionalLong left = writes.values().stream().mapToLong(write -> write.until() - now).min();
    return left.isPresent() ? OptionalLong.of(now + left.getAsLong()) : left;
  }

  /**
   * Takes over the result of a direct read. It contains all our writes, and where the watch shows
   * something else, the watch is behind.
   *
   * @param seen what the watch showed before the read
   * @param listed what the API server has
   */
  synchronized void listed(List<ResourceSlice> seen, List<ResourceSlice> listed) {
    writes.clear();
    var left = new HashMap<String, ResourceSlice>();
    listed.forEach(slice -> left.put(uid(slice), slice));
    for (ResourceSlice old : seen) {
      ResourceSlice now = left.remove(uid(old));
      if (now == null) {
        deleted(old);
      } else if (isNewer(now, old)) {
        stored(now);
      }
    }
    left.values().forEach(this::stored);
  }

  /** The slices that the watch has shown, with our own writes applied. */
  synchronized List<ResourceSlice> appliedTo(List<ResourceSlice> seen) {
    long now = nanoClock.getAsLong();
    writes.values().removeIf(write -> write.until() - now <= 0);
    var slices = new ArrayList<ResourceSlice>();
    var left = new HashMap<>(writes);
    for (ResourceSlice slice : seen) {
      switch (left.remove(uid(slice))) {
        case Stored(ResourceSlice own, long until) -> slices.add(isNewer(own, slice) ? own : slice);
        case Gone gone -> {}
        case null -> slices.add(slice);
      }
    }
    for (Write write : left.values()) {
      if (write instanceof Stored(ResourceSlice own, long until)) {
        slices.add(own);
      }
    }
    return slices;
  }

  /**
   * Versions of one object can be compared as numbers: Kubernetes guarantees this since 1.35, and
   * it was true before.
   */
  private static boolean isNewer(ResourceSlice own, ResourceSlice seen) {
    try {
      return Long.parseUnsignedLong(version(own)) - Long.parseUnsignedLong(version(seen)) > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String version(ResourceSlice slice) {
    return slice.getMetadata().getResourceVersion();
  }

  private static String uid(ResourceSlice slice) {
    return slice.getMetadata().getUid();
  }
}
