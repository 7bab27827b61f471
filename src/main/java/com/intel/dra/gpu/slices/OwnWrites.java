package com.intel.dra.gpu.slices;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * What we wrote and the watch may not have seen yet: without it, a slice would be created a second
 * time while its watch is behind. Forgotten when the watch has seen it, or after a time: a watch
 * that began anew may never see what came and went in between. Then somebody must look past it.
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

  /** After a conflict: somebody else wrote since, and the watch knows better or will. */
  synchronized void forget(ResourceSlice slice) {
    writes.remove(uid(slice));
  }

  /**
   * @return whether the watch told of our own write
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
   * @return whether the watch told of our own deletion
   */
  synchronized boolean watchSawDeleted(ResourceSlice slice) {
    return writes.remove(uid(slice)) instanceof Gone;
  }

  /** Whether there are writes that the watch has not told of. */
  synchronized boolean areUnconfirmed() {
    return !writes.isEmpty();
  }

  /** When the first of those is forgotten, by the clock; empty without any. */
  synchronized OptionalLong firstForgotten() {
    long now = nanoClock.getAsLong();
    OptionalLong left = writes.values().stream().mapToLong(write -> write.until() - now).min();
    return left.isPresent() ? OptionalLong.of(now + left.getAsLong()) : left;
  }

  /**
   * After a look past the watch: it knows of all our writes, and where the watch shows something
   * else, the watch is behind.
   *
   * @param seen what the watch showed before the look
   * @param listed what there is
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

  /** What the watch has seen, with our own writes done to it. */
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
   * Versions of one object can be compared as numbers: Kubernetes says so since 1.35, and they were
   * before.
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
