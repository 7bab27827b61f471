package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.StateTooLargeException;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.kit.concurrent.GroupCommit;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes prepared claims to the disk and removes them from there, by one write for all calls that
 * come at the same time. A claim is recorded only if it can use its devices now.
 */
@Singleton
public class ClaimRecorder {

  private final NodeDevices node;
  private final PreparedClaims prepared;
  private final DeviceLock lock;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final AgentConfig config;
  private final GroupCommit<Wish, Recording> recording = new GroupCommit<>(this::record);
  private final GroupCommit<ClaimReference, Removal> removing = new GroupCommit<>(this::remove);

  /** A claim and what it is to be recorded with. */
  private record Wish(ClaimReference claim, PreparedClaim wanted) {}

  /** The outcome of recording one claim. */
  sealed interface Recording {

    /** The claim is on the disk. */
    record Recorded(PrepareResult.Prepared answer) implements Recording {}

    /** The claim cannot use its devices now, and was not recorded. */
    record Hindered(DeviceHindrance hindrance) implements Recording {}

    /** The claim could not be written to the disk. */
    record Failed(String message) implements Recording {}
  }

  /** The outcome of removing the record of one claim. */
  sealed interface Removal {

    record Removed(PreparedClaim claim) implements Removal {}

    /** There was no record of the claim. */
    record NotRecorded() implements Removal {}

    record Failed(String message) implements Removal {}
  }

  @Inject
  public ClaimRecorder(
      NodeDevices node,
      PreparedClaims prepared,
      DeviceLock lock,
      VfHosts hosts,
      VfHostRecords records,
      AgentConfig config) {
    this.node = node;
    this.prepared = prepared;
    this.lock = lock;
    this.hosts = hosts;
    this.records = records;
    this.config = config;
  }

  /** Records the claim, unless something hinders it. */
  Recording record(ClaimReference claim, PreparedClaim wanted) {
    return recording.ask(new Wish(claim, wanted));
  }

  /** Removes the record of the claim. */
  Removal remove(ClaimReference claim) {
    return removing.ask(claim);
  }

  /**
   * Why the claim cannot be recorded now; empty when it can. Call this under {@link DeviceLock}.
   */
  Optional<DeviceHindrance> hindrance(ClaimReference claim, PreparedClaim wanted) {
    return hindrance(new Wish(claim, wanted), prepared.all());
  }

  private List<Removal> remove(List<ClaimReference> claims) {
    try {
      Map<String, PreparedClaim> removed =
          prepared.removeAll(
              claims.stream().map(ClaimReference::uid).collect(Collectors.toUnmodifiableSet()));
      return claims.stream()
          .map(
              claim ->
                  Optional.ofNullable(removed.get(claim.uid()))
                      .<Removal>map(Removal.Removed::new)
                      .orElseGet(Removal.NotRecorded::new))
          .toList();
    } catch (IOException e) {
      return claims.stream()
          .<Removal>map(claim -> new Removal.Failed(unrecorded(claim, e)))
          .toList();
    }
  }

  /**
   * Records by one write all claims that nothing hinders. It does so under the lock of this agent
   * and that of the agents, because this agent or another one may be about to remove a VF that no
   * claim used so far.
   */
  private List<Recording> record(List<Wish> wishes) {
    return lock.locked(
        () -> {
          try {
            return records.exclusively(() -> recordUnlessHindered(wishes));
          } catch (IOException e) {
            return wishes.stream().map(wish -> failed(wish, e)).toList();
          }
        });
  }

  /** Each claim counts as prepared for the claims after it. */
  private List<Recording> recordUnlessHindered(List<Wish> wishes) {
    var all = new TreeMap<>(prepared.all());
    var recorded = new HashMap<String, PreparedClaim>();
    var outcomes = new ArrayList<Recording>();
    for (Wish wish : wishes) {
      String uid = wish.claim().uid();
      Optional<DeviceHindrance> hindrance = hindrance(wish, all);
      if (hindrance.isEmpty()) {
        PreparedClaim claim = withThoseInUse(wish.wanted(), Optional.ofNullable(all.get(uid)));
        all.put(uid, claim);
        recorded.put(uid, claim);
      }
      outcomes.add(
          hindrance
              .<Recording>map(Recording.Hindered::new)
              .orElseGet(() -> new Recording.Recorded(wish.wanted().answer())));
    }
    Map<String, IOException> failures = write(recorded);
    return IntStream.range(0, wishes.size())
        .mapToObj(
            i ->
                Optional.ofNullable(failures.get(wishes.get(i).claim().uid()))
                    .map(failure -> failed(wishes.get(i), failure))
                    .orElseGet(() -> outcomes.get(i)))
        .toList();
  }

  /**
   * Returns why claims could not be recorded, by their UIDs. A claim that is too large fails alone.
   */
  private Map<String, IOException> write(Map<String, PreparedClaim> claims) {
    try {
      prepared.putAll(claims);
      return Map.of();
    } catch (StateTooLargeException e) {
      if (claims.size() == 1) {
        return Map.of(claims.keySet().iterator().next(), e);
      }
      var failures = new HashMap<String, IOException>();
      claims.forEach((uid, claim) -> failures.putAll(write(Map.of(uid, claim))));
      return failures;
    } catch (IOException e) {
      return claims.keySet().stream().collect(Collectors.toMap(uid -> uid, _ -> e));
    }
  }

  /**
   * Adds the devices that the claim was recorded with before. A kubelet that lost its own record
   * prepares a claim again, and the claim may have been given other devices meanwhile: containers
   * may be using the former ones until the kubelet unprepares the claim.
   */
  private static PreparedClaim withThoseInUse(PreparedClaim wanted, Optional<PreparedClaim> known) {
    Set<String> given =
        wanted.devices().stream().map(AllocatedDevice::uid).collect(Collectors.toSet());
    List<AllocatedDevice> devices =
        Stream.concat(
                wanted.devices().stream(),
                known.stream()
                    .flatMap(claim -> claim.devices().stream())
                    .filter(device -> !given.contains(device.uid())))
            .toList();
    return new PreparedClaim(wanted.namespace(), wanted.name(), devices, wanted.results());
  }

  /**
   * @param all the claims that are prepared, by UID
   */
  private Optional<DeviceHindrance> hindrance(Wish wish, Map<String, PreparedClaim> all) {
    return wish.wanted().devices().stream()
        .flatMap(device -> situation(device).hindrance().stream())
        .findFirst()
        .or(() -> doubleUse(wish, all));
  }

  /** The containers of the other claim may be ending, and most of them end within seconds. */
  private Optional<DeviceHindrance> doubleUse(Wish wish, Map<String, PreparedClaim> all) {
    return DoubleUse.of(
            wish.claim().uid(), wish.wanted(), all, gpu -> node.find(gpu).map(Gpu::memoryMiB))
        .map(reason -> new DeviceHindrance.Passing("%s: %s".formatted(wish.claim(), reason)));
  }

  private DeviceSituation situation(AllocatedDevice device) {
    Optional<Gpu> present = node.find(device.uid());
    Optional<DeviceUid> host = DeviceUid.gpuOf(device.uid());
    Optional<VfHostState> state = host.flatMap(hosts::state);
    VfHostRecords.Now onRecord = records.now();
    return new DeviceSituation(
        device,
        present.map(onRecord::withPromisedMemory),
        host.flatMap(gpu -> node.find(gpu.toString())).isPresent(),
        state,
        host.flatMap(onRecord::find),
        config.nodeName(),
        config.gasName());
  }

  private static Recording failed(Wish wish, IOException e) {
    return new Recording.Failed(unrecorded(wish.claim(), e));
  }

  private static String unrecorded(ClaimReference claim, IOException e) {
    return e instanceof StateTooLargeException
        ? "%s could not be recorded: with its devices %s; give the claim fewer devices, or end other pods with GPUs on this node"
            .formatted(claim, e.getMessage())
        : "%s could not be recorded on the node's disk, check its free space and health: %s"
            .formatted(claim, e);
  }
}
