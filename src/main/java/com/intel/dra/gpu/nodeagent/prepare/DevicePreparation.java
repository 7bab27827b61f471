package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.devices.VfHosts.Attempt;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.StateTooLargeException;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.kit.concurrent.GroupCommit;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Gives a claim the node's devices, whoever allocated them: waits for VFs that are being made or
 * removed and for devices of claims whose containers are ending, and records the claim before the
 * kubelet hears of it; the GAS follows.
 */
@Singleton
public class DevicePreparation {

  private final NodeDevices node;
  private final PreparedClaims prepared;
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final GasInformer gas;
  private final AgentConfig config;
  private final GroupCommit<Wish, Attempt<PrepareResult>> recording =
      new GroupCommit<>(this::record);
  private final GroupCommit<String, Forgotten> forgetting = new GroupCommit<>(this::forget);

  /** A claim as it is to be recorded. */
  private record Wish(ClaimReference claim, PreparedClaim wanted) {}

  /** What became of the record of a claim that is unprepared. */
  private sealed interface Forgotten {
    record Known(PreparedClaim claim) implements Forgotten {}

    record Unknown() implements Forgotten {}

    record Failed(IOException cause) implements Forgotten {}
  }

  @Inject
  public DevicePreparation(
      NodeDevices node,
      PreparedClaims prepared,
      VfHosts hosts,
      VfHostRecords records,
      GasInformer gas,
      AgentConfig config) {
    this.node = node;
    this.prepared = prepared;
    this.hosts = hosts;
    this.records = records;
    this.gas = gas;
    this.config = config;
  }

  /**
   * Waits for what ends by itself, as long as the call has time: the kubelet comes back no sooner
   * than after a minute. When the patience is too short, the next call goes on.
   *
   * @param look what the claim is to be recorded with; asked with no lock held, and again after
   *     each wait, for the claim may be another by then
   */
  PrepareResult prepare(ClaimReference claim, Supplier<WantedClaim> look, Deadline deadline) {
    while (true) {
      Duration before = deadline.left();
      switch (look.get()) {
        case WantedClaim.Unknown(String reason) -> {
          return failed(claim, reason);
        }
        case WantedClaim.NotKnownYet(String reason) -> {
          Duration left = deadline.left();
          Duration took = before.minus(left);
          if (left.compareTo(took) <= 0) {
            return failed(claim, reason); // who asked once more would answer too late
          }
          hosts.awaitChange(deadline);
        }
        case WantedClaim.Known(PreparedClaim wanted) -> {
          switch (attempt(claim, wanted, deadline)) {
            case Step.Done(PrepareResult result) -> {
              return result;
            }
            case Step.Free _ -> {}
          }
        }
      }
    }
  }

  private Step attempt(ClaimReference claim, PreparedClaim wanted, Deadline deadline) {
    return switch (recording.ask(new Wish(claim, wanted))) {
      case Attempt.Final<PrepareResult>(PrepareResult done) -> {
        if (done instanceof PrepareResult.Prepared) {
          showInGas(wanted);
        }
        yield new Step.Done(done);
      }
      case Attempt.NotYet<PrepareResult> _ -> {
        // VFs that are in the way go when the GAS is looked at
        gas.reconcileSoon();
        yield awaitDevices(new Wish(claim, wanted), deadline);
      }
    };
  }

  private static PrepareResult failed(ClaimReference claim, String reason) {
    return new PrepareResult.Failed("%s: %s".formatted(claim, reason));
  }

  /**
   * VFs follow the GAS, so where they are concerned there is no time to lose; else the GAS is
   * written once for the many claims that come and go together.
   */
  private void showInGas(PreparedClaim claim) {
    if (claim.devices().stream().anyMatch(DevicePreparation::isVf)) {
      gas.reconcileSoon();
    } else {
      gas.reconcileInAWhile();
    }
  }

  private static boolean isVf(AllocatedDevice device) {
    return device.type().equals(DeviceType.VF.wireName());
  }

  /** How a wait for devices ended. */
  private sealed interface Step {
    record Done(PrepareResult result) implements Step {}

    /** Nothing is in the way any more, but the claim may be another by now. */
    record Free() implements Step {}
  }

  private Step awaitDevices(Wish wish, Deadline deadline) {
    return hosts.untilFinal(
        deadline,
        () ->
            obstacle(wish, prepared.all())
                .map(DevicePreparation::done)
                .orElseGet(() -> new Attempt.Final<>(new Step.Free())));
  }

  private static Attempt<Step> done(Attempt<PrepareResult> attempt) {
    return switch (attempt) {
      case Attempt.Final<PrepareResult>(PrepareResult result) ->
          new Attempt.Final<>(new Step.Done(result));
      case Attempt.NotYet<PrepareResult>(PrepareResult result) ->
          new Attempt.NotYet<>(new Step.Done(result));
    };
  }

  UnprepareResult unprepare(ClaimReference claim) {
    return switch (forgetting.ask(claim.uid())) {
      case Forgotten.Known(PreparedClaim known) -> {
        hosts.claimsChanged();
        showInGas(known);
        yield new UnprepareResult.Unprepared();
      }
      case Forgotten.Unknown _ -> {
        gas.reconcileInAWhile(); // it may list the claim still, if its record went by a write that
        // failed at the end
        yield new UnprepareResult.Unprepared();
      }
      case Forgotten.Failed(IOException e) -> new UnprepareResult.Failed(unrecorded(claim, e));
    };
  }

  private List<Forgotten> forget(List<String> uids) {
    try {
      Map<String, PreparedClaim> known = prepared.removeAll(Set.copyOf(uids));
      return uids.stream()
          .map(
              uid ->
                  Optional.ofNullable(known.get(uid))
                      .<Forgotten>map(Forgotten.Known::new)
                      .orElseGet(Forgotten.Unknown::new))
          .toList();
    } catch (IOException e) {
      return uids.stream().<Forgotten>map(_ -> new Forgotten.Failed(e)).toList();
    }
  }

  /**
   * Records all that nothing hinders, by one write. Another agent may be about to remove a VF that
   * nobody used so far.
   */
  private List<Attempt<PrepareResult>> record(List<Wish> wishes) {
    return hosts.locked(
        () -> {
          try {
            return records.exclusively(() -> recordUnlessHindered(wishes));
          } catch (IOException e) {
            return wishes.stream().map(wish -> unrecorded(wish, e)).toList();
          }
        });
  }

  /** Each is charged to those after it. */
  private List<Attempt<PrepareResult>> recordUnlessHindered(List<Wish> wishes) {
    var all = new TreeMap<>(prepared.all());
    var recorded = new HashMap<String, PreparedClaim>();
    var attempts = new ArrayList<Attempt<PrepareResult>>();
    for (Wish wish : wishes) {
      String uid = wish.claim().uid();
      Optional<Attempt<PrepareResult>> obstacle = obstacle(wish, all);
      if (obstacle.isEmpty()) {
        PreparedClaim claim = withThoseInUse(wish.wanted(), Optional.ofNullable(all.get(uid)));
        all.put(uid, claim);
        recorded.put(uid, claim);
      }
      attempts.add(obstacle.orElseGet(() -> new Attempt.Final<>(wish.wanted().answer())));
    }
    Map<String, IOException> failures = write(recorded);
    return IntStream.range(0, wishes.size())
        .mapToObj(
            i ->
                Optional.ofNullable(failures.get(wishes.get(i).claim().uid()))
                    .map(failure -> unrecorded(wishes.get(i), failure))
                    .orElseGet(() -> attempts.get(i)))
        .toList();
  }

  /** Returns why claims could not be recorded, by their UIDs. One that is too large fails alone. */
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
   * @param all the claims that are prepared, by UID
   */
  private Optional<Attempt<PrepareResult>> obstacle(Wish wish, Map<String, PreparedClaim> all) {
    return hindrance(wish.wanted()).or(() -> doubleUse(wish, all));
  }

  /** The other claim's containers may be ending: most end within seconds. */
  private Optional<Attempt<PrepareResult>> doubleUse(Wish wish, Map<String, PreparedClaim> all) {
    return DoubleUse.of(
            wish.claim().uid(), wish.wanted(), all, gpu -> node.find(gpu).map(Gpu::memoryMiB))
        .flatMap(reason -> notYet("%s: %s".formatted(wish.claim(), reason)));
  }

  /**
   * A kubelet that lost its own record prepares a claim again that was given other devices
   * meanwhile: containers may be using the former ones until it unprepares the claim.
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

  private Optional<Attempt<PrepareResult>> hindrance(PreparedClaim wanted) {
    return wanted.devices().stream().map(this::hindrance).flatMap(Optional::stream).findFirst();
  }

  /** Why a device cannot be used now; empty when it can. */
  private Optional<Attempt<PrepareResult>> hindrance(AllocatedDevice device) {
    Optional<Gpu> present = node.find(device.uid());
    Optional<DeviceUid> host = DeviceUid.parse(device.uid()).flatMap(DeviceUid::parent);
    if (host.isEmpty()) {
      return present.map(gpu -> hindranceOfGpu(gpu.uid())).orElseGet(() -> failed(notHere(device)));
    }
    DeviceUid gpu = host.get();
    Optional<VfHostState> state = hosts.state(gpu);
    boolean unverified = records.find(gpu).filter(made -> !made.verified()).isPresent();
    Optional<Gpu> usable = present.filter(vf -> !unverified);
    if (state.isEmpty()) {
      return usable.map(vf -> tooSmall(device, vf)).orElseGet(() -> missing(device, gpu));
    }
    return switch (state.get()) {
      case VfHostState.Making(var profile, var held, var previous) ->
          notYet("VF %s is still being made%s".formatted(device.uid(), after(previous)));
      case VfHostState.Removing(var previous) ->
          notYet("GPU %s still has VFs that are being removed%s".formatted(gpu, after(previous)));
      case VfHostState.MakingFailed(var failure, var profile, var held, var left) ->
          triedAgain(
              failure,
              "VF %s could not be made on node %s, which tries again: %s"
                  .formatted(device.uid(), config.nodeName(), failure.message()));
      case VfHostState.RemovalFailed(var failure) ->
          triedAgain(
              failure,
              "VF %s cannot be made on node %s, which tries again: the VFs before it could not be removed: %s"
                  .formatted(device.uid(), config.nodeName(), failure.message()));
      case VfHostState.Refused(String reason) ->
          usable
              .map(vf -> tooSmall(device, vf))
              .orElseGet(() -> failed("VF %s cannot be used: %s".formatted(device.uid(), reason)));
      case VfHostState.Unknown(String reason) ->
          usable
              .map(vf -> tooSmall(device, vf))
              .orElseGet(
                  () -> notYet("VF %s cannot be made yet: %s".formatted(device.uid(), reason)));
      // decided anew as soon as the GAS tells of the claim
      case VfHostState.Occupied occupied -> missing(device, gpu);
    };
  }

  private static String after(Optional<AttemptFailure> previous) {
    return previous.map(failure -> ", after this failed: " + failure.message()).orElse("");
  }

  /** A GPU whose VFs are not gone yet, because the claim that had them has just let go. */
  private Optional<Attempt<PrepareResult>> hindranceOfGpu(DeviceUid gpu) {
    Optional<VfHostState> state = hosts.state(gpu);
    if (state.isPresent() && state.get() instanceof VfHostState.RemovalFailed(var failure)) {
      return triedAgain(
          failure,
          "GPU %s cannot be used on node %s, which tries again: its VFs could not be removed: %s"
              .formatted(gpu, config.nodeName(), failure.message()));
    }
    return records.find(gpu).isPresent() || state.filter(VfHostState::isBusy).isPresent()
        ? notYet("GPU %s still has VFs, which are removed when no claim uses them".formatted(gpu))
        : Optional.empty();
  }

  private Optional<Attempt<PrepareResult>> missing(AllocatedDevice device, DeviceUid gpu) {
    return node.find(gpu.toString()).isEmpty()
        ? failed(notHere(device))
        : notYet(
            "VF %s is not there yet on node %s; if that lasts, see the log of its node agent for what was discovered, and whether %s shows the claim's allocation"
                .formatted(device.uid(), config.nodeName(), config.gasName()));
  }

  /** A VF that somebody else made in place of the one that was planned. */
  private Optional<Attempt<PrepareResult>> tooSmall(AllocatedDevice device, Gpu vf) {
    int memoryMiB = records.memoryMiB(vf);
    return device.memory() <= memoryMiB
        ? Optional.empty()
        : failed(
            "VF %s has %d MiB where the claim was given %d MiB; delete the claim's pods so that it is allocated anew"
                .formatted(device.uid(), memoryMiB, device.memory()));
  }

  private static Optional<Attempt<PrepareResult>> failed(String message) {
    return Optional.of(new Attempt.Final<>(new PrepareResult.Failed(message)));
  }

  private static Optional<Attempt<PrepareResult>> notYet(String message) {
    return Optional.of(new Attempt.NotYet<>(new PrepareResult.Failed(message)));
  }

  private static Optional<Attempt<PrepareResult>> triedAgain(
      AttemptFailure failure, String message) {
    return failure.mayPassWithinSeconds() ? notYet(message) : failed(message);
  }

  private String notHere(AllocatedDevice device) {
    return "device %s, which the claim was given, is not on node %s: see the log of its node agent for what was discovered; bring the device back, or delete the claim's pods so that it is allocated anew"
        .formatted(device.uid(), config.nodeName());
  }

  private static Attempt<PrepareResult> unrecorded(Wish wish, IOException e) {
    return new Attempt.Final<>(new PrepareResult.Failed(unrecorded(wish.claim(), e)));
  }

  private static String unrecorded(ClaimReference claim, IOException e) {
    return e instanceof StateTooLargeException
        ? "%s could not be recorded: with its devices %s; give the claim fewer devices, or end other pods with GPUs on this node"
            .formatted(claim, e.getMessage())
        : "%s could not be recorded on the node's disk, see to its space and health: %s"
            .formatted(claim, e);
  }
}
