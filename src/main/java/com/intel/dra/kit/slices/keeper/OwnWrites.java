package com.intel.dra.kit.slices.keeper;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keeper's own writes that the watch may not have shown yet. Without this record, a slice would
 * be created a second time while the watch is behind. A write is forgotten when the watch has shown
 * it, or after some time, because a watch that was restarted may never show objects that came and
 * went in between. In that case the API server must be read directly.
 */
final class OwnWrites {

  private sealed interface Write {
    Instant until();
  }

  private record Stored(ResourceSlice slice, Instant until) implements Write {}

  private record Gone(Instant until) implements Write {}

  private final InstantSource clock;
  private final Duration remembered;
  private final Map<String, Write> writes = new HashMap<>();

  OwnWrites(InstantSource clock, Duration remembered) {
    this.clock = clock;
    this.remembered = remembered;
  }

  synchronized void stored(ResourceSlice slice) {
    writes.put(uid(slice), new Stored(slice, clock.instant().plus(remembered)));
  }

  synchronized void deleted(ResourceSlice slice) {
    writes.put(uid(slice), new Gone(clock.instant().plus(remembered)));
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
      case Stored(ResourceSlice own, Instant until) -> {
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
  synchronized Optional<Instant> firstForgotten() {
    return writes.values().stream().map(Write::until).min(Comparator.naturalOrder());
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
    Instant now = clock.instant();
    writes.values().removeIf(write -> !now.isBefore(write.until()));
    var slices = new ArrayList<ResourceSlice>();
    var left = new HashMap<>(writes);
    for (ResourceSlice slice : seen) {
      switch (left.remove(uid(slice))) {
        case Stored(ResourceSlice own, Instant until) ->
            slices.add(isNewer(own, slice) ? own : slice);
        case Gone gone -> {}
        case null -> slices.add(slice);
      }
    }
    for (Write write : left.values()) {
      if (write instanceof Stored(ResourceSlice own, Instant until)) {
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
