package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs.Former;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs.OfGpu;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs.Vfs;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Separates the VFs that a policy wants now from those that it wanted before, so that a claim gets
 * the VF that the scheduler has given it. When others are wanted, those before stay published for a
 * while, and new claims do not get them. So no claim is given VFs of both kinds, and the time of an
 * allocation says which it was given.
 */
@Singleton
public class VfChanges {

  private static final Logger LOG = Logger.getLogger(VfChanges.class);

  /** How long the VFs before stay published; until then claims that were given them come in. */
  static final Duration CLOSED_FOR = Duration.ofSeconds(15);

  /**
   * Claims that are allocated later have the new VFs. It is earlier than these are published,
   * because the scheduler's clock may be behind this one.
   */
  static final Duration COUNTS_FOR = Duration.ofSeconds(12);

  /**
   * For how long a claim of which nothing says when it was allocated may still have the VFs before.
   * Usually a claim is prepared some seconds after it was allocated, and a claim that pods use one
   * after the other is allocated again and again.
   */
  static final Duration UNKNOWN_FOR = Duration.ofHours(1);

  private final PublishedVfs published;
  private final Clock clock;
  private final Set<DeviceUid> closed = new HashSet<>();
  private String lastFailure = "";

  /**
   * @param clock the time of day, which is compared with that of allocations
   */
  @Inject
  public VfChanges(PublishedVfs published, Clock clock) {
    this.published = published;
    this.clock = clock;
  }

  /** When a claim came to be and was given its devices, as far as that is known. */
  public record ClaimTimes(Optional<Instant> created, Optional<Instant> allocated) {

    private boolean areBefore(long second) {
      return allocated.or(() -> created).filter(time -> time.getEpochSecond() >= second).isEmpty();
    }
  }

  /** Call this while it is not known what the API server has. */
  synchronized void nothingIsKnownToBePublished() {
    closed.clear();
  }

  /**
   * Call this when the API server has what is offered of the GPU, before {@link #follow}.
   *
   * @param open the profile of the VFs that new claims may be given; empty if there are none
   */
  synchronized void isPublished(DeviceUid gpu, Optional<String> open) {
    boolean isOpen =
        open.isPresent() && open.equals(published.find(gpu).map(known -> known.now().profile()));
    if (isOpen) {
      closed.remove(gpu);
    } else {
      closed.add(gpu);
    }
  }

  /** Call this for each GPU periodically, before it is published. */
  synchronized void follow(DeviceUid gpu, Optional<VfProfile> wanted) {
    Vfs others = wanted.map(VfChanges::vfs).orElse(Vfs.NONE);
    Optional<OfGpu> before = published.find(gpu);
    OfGpu after =
        before
            .map(known -> next(known, others, closed.contains(gpu), now()))
            .orElseGet(() -> OfGpu.first(others));
    if (before.map(after::equals).orElse(others.equals(Vfs.NONE))) {
      return;
    }
    try {
      published.put(gpu, after);
      lastFailure = "";
    } catch (IOException e) {
      if (!e.toString().equals(lastFailure)) {
        lastFailure = e.toString();
        LOG.errorf(
            "The VFs of GPU %s stay published as before, because that others are wanted cannot be"
                + " written to the node's disk; check it: %s",
            gpu, e);
      }
    }
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  /**
   * @param isClosed whether the API server has it that no new claim gets those of before
   */
  private static OfGpu next(OfGpu known, Vfs wanted, boolean isClosed, long now) {
    if (known.now().equals(wanted)) {
      return known.since(0);
    }
    if (known.now().equals(Vfs.NONE)) {
      return new OfGpu(wanted, 0, known.former());
    }
    long changedAt = known.changedAt();
    if (changedAt == 0 || changedAt > now) {
      return isClosed ? known.since(now) : known;
    }
    return now - changedAt < CLOSED_FOR.toSeconds()
        ? known
        : known.replacedBy(wanted, changedAt + COUNTS_FOR.toSeconds());
  }

  private static Vfs vfs(VfProfile profile) {
    return new Vfs(profile.name(), profile.numVfs(), profile.memoryMiB());
  }

  /** How the GPU is to be published to be split: as it was, if others are wanted only now. */
  Optional<VfProfile> settled(Gpu gpu, Optional<VfProfile> wanted) {
    Vfs others = wanted.map(VfChanges::vfs).orElse(Vfs.NONE);
    return published
        .find(gpu.uid())
        .map(OfGpu::now)
        .filter(before -> !before.equals(Vfs.NONE) && !before.equals(others))
        .map(before -> VfProfiles.named(gpu.vfProfiles(), before.profile()))
        .orElse(wanted);
  }

  /**
   * The VFs of the GPU when a claim was given the one with this index; empty if they are still the
   * same, or are not known. If the time of the allocation is not known, they are the largest that
   * the claim may have been given, as long as that is likely.
   */
  Optional<Vfs> given(DeviceUid gpu, int index, ClaimTimes times) {
    return published.find(gpu).flatMap(known -> given(known, index, times, now()));
  }

  private static Optional<Vfs> given(OfGpu known, int index, ClaimTimes times, long now) {
    List<Former> possible =
        known.former().stream()
            .filter(former -> former.vfs().has(index))
            .filter(former -> former.until() <= now) // else the clock was ahead at the change
            .toList();
    List<Vfs> atItsTime =
        possible.stream()
            .filter(former -> times.areBefore(former.until()))
            .filter(
                former ->
                    times.allocated().isPresent() || now - former.until() < UNKNOWN_FOR.toSeconds())
            .map(Former::vfs)
            .toList();
    Optional<Vfs> found =
        times.allocated().isPresent()
            ? atItsTime.stream().findFirst()
            : atItsTime.stream()
                .max(Comparator.comparingInt(Vfs::memoryMiB))
                .filter(
                    vfs -> !known.now().has(index) || vfs.memoryMiB() > known.now().memoryMiB());
    return found.or(
        () ->
            known.now().has(index) || possible.isEmpty()
                ? Optional.empty()
                : Optional.of(possible.getLast().vfs()));
  }
}
