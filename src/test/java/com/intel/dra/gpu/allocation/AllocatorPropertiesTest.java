package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.splittable;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uids;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vf;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** Properties that hold for every node and every sequence of pods. */
class AllocatorPropertiesTest {

  /**
   * A pod with requests arrives, or a running pod leaves (its index is {@code departing} modulo the
   * number of pods).
   */
  record Step(List<DeviceRequest> arriving, int departing) {}

  /** Lets random pods arrive at and leave a node; {@code watch} receives every placement. */
  private static NodeInventory run(
      NodeInventory node, List<Step> steps, Policy policy, Watcher watch) {
    var pods = new ArrayList<Set<String>>();
    int arrivals = 0;
    for (Step step : steps) {
      if (step.arriving().isEmpty()) {
        if (!pods.isEmpty()) {
          node = node.without(pods.remove(step.departing() % pods.size()));
        }
        continue;
      }
      var requests = renamed(step.arriving(), "pod" + arrivals++ + "-");
      if (Allocator.place(node, requests, policy, new SearchBudget())
          instanceof Placement placement) {
        NodeInventory after = node.with(placement);
        watch.placed(node, requests, placement, after);
        pods.add(placement.shares().keySet());
        node = after;
      }
    }
    return node.without(pods.stream().flatMap(Set::stream).toList());
  }

  interface Watcher {
    void placed(
        NodeInventory before, List<DeviceRequest> requests, Placement made, NodeInventory after);
  }

  private static List<DeviceRequest> renamed(List<DeviceRequest> requests, String prefix) {
    return requests.stream()
        .map(
            request ->
                new DeviceRequest(
                    prefix + request.claimUid(),
                    request.type(),
                    request.count(),
                    request.memoryMiB(),
                    request.selector()))
        .toList();
  }

  @Property
  void everyPlacementIsSound(
      @ForAll("nodes") NodeInventory node,
      @ForAll("steps") List<Step> steps,
      @ForAll Policy policy) {
    run(
        node,
        steps,
        policy,
        (before, requests, placement, after) -> {
          Statistics.collect(requests.size() + " claims placed");
          assertNothingIsGivenTwice(after);
          for (DeviceRequest request : requests) {
            List<DeviceShare> held = placement.shares().getOrDefault(request.claimUid(), List.of());
            assertThat(new HashSet<>(uids(held))).hasSize(request.count()).hasSameSizeAs(held);
            assertThat(held)
                .allSatisfy(
                    share -> {
                      assertThat(share.type()).isEqualTo(request.type());
                      assertThat(share.memoryMiB()).isGreaterThanOrEqualTo(request.memoryMiB());
                    });
          }
          assertThat(placement.shares()).hasSameSizeAs(requests);
        });
  }

  /** Counts everything again in the simplest way. */
  private static void assertNothingIsGivenTwice(NodeInventory node) {
    var givenMiB = new HashMap<DeviceUid, Long>();
    var vfHosts = new HashSet<DeviceUid>();
    var vfsInUse = new HashSet<DeviceUid>();
    node.devices().keySet().forEach(uid -> uid.parent().ifPresent(vfHosts::add));
    for (List<DeviceShare> held : node.allocations().values()) {
      for (DeviceShare share : held) {
        switch (share.type()) {
          case GPU -> givenMiB.merge(share.uid(), (long) share.memoryMiB(), Long::sum);
          case VF -> {
            assertThat(vfsInUse.add(share.uid())).as("%s serves one claim", share.uid()).isTrue();
            vfHosts.add(share.uid().parent().orElseThrow());
          }
        }
      }
    }
    givenMiB.forEach(
        (uid, sum) -> {
          assertThat(sum).as(uid::toString).isLessThanOrEqualTo(device(node, uid).memoryMiB());
          assertThat(vfHosts).doesNotContain(uid);
        });
    vfHosts.forEach(gpu -> assertVfsCanBeMade(node, gpu));
  }

  sealed interface Life {

    /** A claim makes a request; it may have been allocated before. */
    record Ask(DeviceRequest request) implements Life {}

    record Release(String claim) implements Life {}

    /** The kubelet starts the claim's containers if none are running. */
    record Prepare(String claim) implements Life {}

    record Unprepare(String claim) implements Life {}
  }

  /** Claims are deallocated and allocated again while their former containers are still running. */
  @Property
  void whatIsPreparedIsGivenToNoOtherClaimWhateverItsClaimIsGivenNext(
      @ForAll("nodes") NodeInventory node,
      @ForAll("lives") List<Life> lives,
      @ForAll Policy policy) {
    var prepared = new HashMap<String, List<DeviceShare>>();
    boolean moved = false;
    for (Life life : lives) {
      node =
          switch (life) {
            case Life.Ask(DeviceRequest request) ->
                Allocator.place(node, List.of(request), policy, new SearchBudget())
                        instanceof Placement placement
                    ? node.with(placement)
                    : node;
            case Life.Release(String claim) -> node.without(List.of(claim));
            case Life.Prepare(String claim) -> {
              Optional.ofNullable(node.allocations().get(claim))
                  .ifPresent(held -> prepared.putIfAbsent(claim, held));
              yield node;
            }
            case Life.Unprepare(String claim) -> {
              prepared.remove(claim);
              yield node;
            }
          };
      node =
          new NodeInventory(node.nodeName(), node.devices().values(), node.allocations(), prepared);
      moved |= assertNothingIsUsedTwice(node, prepared);
    }
    Statistics.collect(moved ? "a claim moved while it was prepared" : "no claim moved");
  }

  /** Returns whether a claim has prepared other devices than it was allocated. */
  private static boolean assertNothingIsUsedTwice(
      NodeInventory node, Map<String, List<DeviceShare>> prepared) {
    var claims = new HashSet<>(prepared.keySet());
    claims.addAll(node.allocations().keySet());
    var takenMiB = new HashMap<DeviceUid, Integer>();
    var vfs = new HashSet<DeviceUid>();
    boolean moved = false;
    for (String claim : claims) {
      List<DeviceShare> given = node.allocations().getOrDefault(claim, List.of());
      List<DeviceShare> inUse = prepared.getOrDefault(claim, List.of());
      moved |= !given.isEmpty() && !inUse.isEmpty() && !uids(given).equals(uids(inUse));
      var largest = new HashMap<DeviceUid, Integer>();
      given.forEach(share -> largest.merge(share.uid(), share.memoryMiB(), Math::max));
      inUse.forEach(share -> largest.merge(share.uid(), share.memoryMiB(), Math::max));
      largest.forEach(
          (uid, memoryMiB) -> {
            switch (uid.type()) {
              case GPU -> takenMiB.merge(uid, memoryMiB, Integer::sum);
              case VF -> assertThat(vfs.add(uid)).as("%s is of one claim", uid).isTrue();
            }
          });
    }
    takenMiB.forEach(
        (uid, memoryMiB) -> {
          assertThat(memoryMiB)
              .as(uid::toString)
              .isLessThanOrEqualTo(device(node, uid).memoryMiB());
          assertThat(vfs).noneMatch(vf -> vf.parent().equals(Optional.of(uid)));
        });
    return moved;
  }

  @Provide
  Arbitrary<List<Life>> lives() {
    Arbitrary<String> claim = Arbitraries.of("a", "b", "c");
    Arbitrary<Life> ask =
        Combinators.combine(
                claim,
                Arbitraries.of(DeviceType.class),
                Arbitraries.integers().between(1, 2),
                Arbitraries.of(0, 1000, 4000, 8000, 12_000))
            .as(
                (uid, type, count, memoryMiB) ->
                    new Life.Ask(
                        new DeviceRequest(
                            uid, type, count, memoryMiB, DeviceSelector.EVERY_DEVICE)));
    return Arbitraries.frequencyOf(
            Tuple.of(5, ask),
            Tuple.of(3, claim.map(uid -> (Life) new Life.Prepare(uid))),
            Tuple.of(2, claim.map(uid -> (Life) new Life.Release(uid))),
            Tuple.of(1, claim.map(uid -> (Life) new Life.Unprepare(uid))))
        .list()
        .ofMinSize(2)
        .ofMaxSize(20);
  }

  private static void assertVfsCanBeMade(NodeInventory node, DeviceUid gpu) {
    List<DeviceShare> planned =
        node.allocations().values().stream()
            .flatMap(List::stream)
            .filter(share -> share.uid().parent().equals(Optional.of(gpu)))
            .filter(share -> !node.devices().containsKey(share.uid()))
            .toList();
    if (planned.isEmpty()) {
      return;
    }
    Device parent = device(node, gpu);
    int numVfs =
        planned.stream().mapToInt(share -> share.uid().vfIndex().orElseThrow()).max().orElseThrow()
            + 1;
    assertThat(numVfs).isLessThanOrEqualTo(parent.maxVfs());
    assertThat((long) numVfs * planned.getFirst().memoryMiB())
        .isLessThanOrEqualTo(parent.memoryMiB());
    assertThat(planned).extracting(DeviceShare::profile).containsOnly(planned.getFirst().profile());
    assertThat(node.devices().keySet())
        .as("%s has no VFs yet", gpu)
        .noneMatch(uid -> uid.parent().equals(Optional.of(gpu)));
  }

  private static Device device(NodeInventory node, DeviceUid uid) {
    return Objects.requireNonNull(node.devices().get(uid), () -> uid + " is no device of the node");
  }

  @Property
  void whatIsReleasedCanBeGivenAgain(
      @ForAll("nodes") NodeInventory node,
      @ForAll("steps") List<Step> steps,
      @ForAll("pods") List<DeviceRequest> pod,
      @ForAll Policy policy) {
    NodeInventory empty = run(node, steps, policy, (before, requests, made, after) -> {});

    assertThat(empty.allocations()).isEqualTo(node.allocations());
    assertThat(Allocator.place(empty, pod, policy, new SearchBudget()))
        .isEqualTo(Allocator.place(node, pod, policy, new SearchBudget()));
  }

  @Property
  void sameInputsGiveTheSameAnswerInWhateverOrderTheyCome(
      @ForAll("nodes") NodeInventory node,
      @ForAll("steps") List<Step> steps,
      @ForAll Policy policy,
      @ForAll Random random) {
    run(
        node,
        steps,
        policy,
        (before, requests, placement, after) -> {
          var devices = new ArrayList<>(before.devices().values());
          Collections.shuffle(devices, random);
          var claimUids = new ArrayList<>(before.allocations().keySet());
          Collections.shuffle(claimUids, random);
          var allocations = new LinkedHashMap<String, List<DeviceShare>>();
          claimUids.forEach(uid -> allocations.put(uid, before.heldBy(uid)));
          var shuffled = new NodeInventory(before.nodeName(), devices, allocations);
          var otherOrder = new ArrayList<>(requests);
          Collections.shuffle(otherOrder, random);

          assertThat(Allocator.place(shuffled, otherOrder, policy, new SearchBudget()))
              .isEqualTo(placement);
        });
  }

  @Property
  void askingAgainKeepsEveryClaimAsItIs(
      @ForAll("nodes") NodeInventory node,
      @ForAll("steps") List<Step> steps,
      @ForAll Policy policy,
      @ForAll Policy otherPolicy) {
    run(
        node,
        steps,
        policy,
        (before, requests, placement, after) ->
            assertThat(Allocator.place(after, requests, otherPolicy, new SearchBudget()))
                .isEqualTo(placement));
  }

  @Property
  void gpuRequestsAreRefusedOnlyWhenNoWayExists(
      @ForAll("smallNodes") NodeInventory node,
      @ForAll("smallGpuPods") List<DeviceRequest> pod,
      @ForAll Policy policy) {
    boolean possible = existsPlacement(node, pod);
    Decision decision = Allocator.place(node, pod, policy, new SearchBudget());

    Statistics.label("possible").collect(possible);
    assertThat(decision)
        .as("%s", decision)
        .isInstanceOf(possible ? Placement.class : Refusal.class);
  }

  /** Tries every set of GPUs for every request. */
  private static boolean existsPlacement(NodeInventory node, List<DeviceRequest> pod) {
    long[] free = node.devices().values().stream().mapToLong(Device::memoryMiB).toArray();
    return existsPlacement(free, pod, 0);
  }

  private static boolean existsPlacement(long[] free, List<DeviceRequest> pod, int next) {
    if (next == pod.size()) {
      return true;
    }
    DeviceRequest request = pod.get(next);
    for (int set = 0; set < 1 << free.length; set++) {
      if (Integer.bitCount(set) != request.count()) {
        continue;
      }
      long[] left = free.clone();
      boolean fits = true;
      for (int gpu = 0; gpu < free.length; gpu++) {
        if ((set & 1 << gpu) != 0) {
          left[gpu] -= request.memoryMiB();
          fits &= left[gpu] >= 0;
        }
      }
      if (fits && existsPlacement(left, pod, next + 1)) {
        return true;
      }
    }
    return false;
  }

  /** These pods lead the search astray; random pods seldom do. */
  @Property
  void podThatFillsTheNodeToTheLastMebibyteIsPlaced(
      @ForAll("fillings") List<List<Integer>> pieces, @ForAll Policy policy) {
    var requests = new ArrayList<DeviceRequest>();
    var gpus = new ArrayList<List<Device>>();
    for (List<Integer> ofOneGpu : pieces) {
      ofOneGpu.forEach(
          piece -> requests.add(AllocationFixtures.gpus("claim" + requests.size(), 1, piece)));
      gpus.add(gpuAndVfs(ofOneGpu.stream().mapToInt(Integer::intValue).sum(), 0, 0));
    }

    assertThat(Allocator.place(numbered(gpus), requests, policy, new SearchBudget()))
        .isInstanceOf(Placement.class);
  }

  @Property
  void policyNeverDecidesWhetherAPodFits(
      @ForAll("smallNodes") NodeInventory node, @ForAll("smallGpuPods") List<DeviceRequest> pod) {
    var outcomes = new HashSet<Boolean>();
    for (Policy policy : Policy.values()) {
      outcomes.add(Allocator.place(node, pod, policy, new SearchBudget()) instanceof Placement);
    }

    assertThat(outcomes).hasSize(1);
  }

  @Property
  void podsWithVfsAreRefusedOnlyWhenNoWayExists(
      @ForAll("smallVfNodes") NodeInventory node,
      @ForAll("smallVfPods") List<DeviceRequest> pod,
      @ForAll Policy policy) {
    boolean possible = new EveryWay(node, pod).exists();
    Decision decision = Allocator.place(node, pod, policy, new SearchBudget());

    Statistics.label("possible").collect(possible);
    assertThat(decision)
        .as("%s", decision)
        .isInstanceOf(possible ? Placement.class : Refusal.class);
  }

  /**
   * Tries every device for every requested device, and checks only at the end whether the result is
   * valid.
   */
  private static final class EveryWay {
    private final NodeInventory node;
    private final List<DeviceRequest> wanted = new ArrayList<>();
    private final List<Device> devices;
    private final List<Device> given = new ArrayList<>();

    EveryWay(NodeInventory node, List<DeviceRequest> pod) {
      this.node = node;
      this.devices = List.copyOf(node.devices().values());
      pod.forEach(request -> wanted.addAll(Collections.nCopies(request.count(), request)));
    }

    boolean exists() {
      if (given.size() == wanted.size()) {
        return isSound();
      }
      for (Device device : devices) {
        if (device.type() == DeviceType.VF && wanted.get(given.size()).type() == DeviceType.GPU) {
          continue;
        }
        given.add(device);
        boolean found = exists();
        given.removeLast();
        if (found) {
          return true;
        }
      }
      return false;
    }

    /** Checks each device: all its uses must be possible together. */
    private boolean isSound() {
      for (Device device : devices) {
        var served = new ArrayList<DeviceRequest>();
        for (int i = 0; i < given.size(); i++) {
          if (given.get(i).equals(device)) {
            served.add(wanted.get(i));
          }
        }
        if (!isSound(device, served)) {
          return false;
        }
      }
      return true;
    }

    private boolean isSound(Device device, List<DeviceRequest> served) {
      long asGpu = served.stream().filter(request -> request.type() == DeviceType.GPU).count();
      long asVf = served.size() - asGpu;
      int largestMiB = served.stream().mapToInt(DeviceRequest::memoryMiB).max().orElse(0);
      if (device.type() == DeviceType.VF) {
        return served.size() <= 1 && largestMiB <= device.memoryMiB();
      }
      boolean hasVfs =
          devices.stream().anyMatch(vf -> vf.uid().parent().equals(Optional.of(device.uid())));
      if (hasVfs) {
        return served.isEmpty();
      }
      if (asVf > 0) {
        return asGpu == 0
            && node.allocations().values().stream()
                .noneMatch(held -> uids(held).contains(device.uid()))
            && device.vfProfiles().stream()
                .anyMatch(profile -> profile.memoryMiB() >= largestMiB && profile.numVfs() >= asVf);
      }
      return served.stream().distinct().count() == served.size()
          && served.stream().mapToLong(DeviceRequest::memoryMiB).sum() <= device.memoryMiB();
    }
  }

  // nodes and pods

  @Provide
  Arbitrary<NodeInventory> nodes() {
    return gpusOfAnyKind().list().ofMinSize(1).ofMaxSize(5).map(AllocatorPropertiesTest::numbered);
  }

  /** A GPU that cannot be split, one that can be, or one that is. */
  private static Arbitrary<List<Device>> gpusOfAnyKind() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20_000),
            Arbitraries.integers().between(0, 4),
            Arbitraries.of(0, 0, 0, 1, 2))
        .as(AllocatorPropertiesTest::gpuAndVfs);
  }

  private static List<Device> gpuAndVfs(int memoryMiB, int maxVfs, int vfs) {
    var devices = new ArrayList<Device>();
    devices.add(splittable(0, memoryMiB, maxVfs));
    for (int index = 0; index < vfs; index++) {
      devices.add(vf(0, index, memoryMiB / vfs));
    }
    return devices;
  }

  /** Gives each GPU its own address. */
  private static NodeInventory numbered(List<List<Device>> gpus) {
    var devices = new ArrayList<Device>();
    for (int n = 0; n < gpus.size(); n++) {
      DeviceUid gpu = uid(n);
      for (Device device : gpus.get(n)) {
        OptionalInt vf = device.uid().vfIndex();
        DeviceUid uid = vf.isPresent() ? gpu.vf(vf.getAsInt()) : gpu;
        devices.add(new Device(uid, device.memoryMiB(), device.maxVfs(), device.equalShares()));
      }
    }
    return new NodeInventory("node", devices, Map.of());
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(pods(), Arbitraries.integers().between(0, 1000))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<List<DeviceRequest>> pods() {
    return requests(
        Arbitraries.of(DeviceType.class),
        Arbitraries.integers().between(1, 3),
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)), Tuple.of(4, Arbitraries.integers().between(1, 9000))),
        3);
  }

  @Provide
  Arbitrary<NodeInventory> smallNodes() {
    return Arbitraries.integers()
        .between(0, 20)
        .map(memory -> gpuAndVfs(memory, 0, 0))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(AllocatorPropertiesTest::numbered);
  }

  @Provide
  Arbitrary<List<DeviceRequest>> smallGpuPods() {
    return requests(
        Arbitraries.just(DeviceType.GPU),
        Arbitraries.integers().between(1, 2),
        Arbitraries.integers().between(0, 12),
        5);
  }

  @Provide
  Arbitrary<List<List<Integer>>> fillings() {
    return Arbitraries.integers()
        .between(1, 30)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  /** Some GPUs serve a claim that requests no memory: they are not idle, but have free memory. */
  @Provide
  Arbitrary<NodeInventory> smallVfNodes() {
    return Combinators.combine(
            gpusOfAnyKind().list().ofMinSize(1).ofMaxSize(3).map(AllocatorPropertiesTest::numbered),
            Arbitraries.of(true, false, false).list().ofSize(3))
        .as(
            (node, busy) -> {
              for (int n = 0; n < busy.size(); n++) {
                if (busy.get(n)) {
                  node = holding(node, "holder" + n, DeviceShare.of(uid(n), 0));
                }
              }
              return node;
            });
  }

  @Provide
  Arbitrary<List<DeviceRequest>> smallVfPods() {
    return requests(
        Arbitraries.of(DeviceType.class),
        Arbitraries.integers().between(1, 2),
        Arbitraries.of(0, 500, 1000, 2000, 4000, 8000, 12_000),
        3);
  }

  private static Arbitrary<List<DeviceRequest>> requests(
      Arbitrary<DeviceType> type, Arbitrary<Integer> count, Arbitrary<Integer> memory, int most) {
    return Combinators.combine(type, count, memory)
        .as(
            (ofType, devices, memoryMiB) ->
                new DeviceRequest("", ofType, devices, memoryMiB, DeviceSelector.EVERY_DEVICE))
        .list()
        .ofMaxSize(most)
        .map(
            requests -> {
              var named = new ArrayList<DeviceRequest>();
              for (DeviceRequest request : requests) {
                named.addAll(renamed(List.of(request), "claim" + named.size()));
              }
              return named;
            });
  }
}
