package com.intel.dra.gpu.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.GpuHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberedMemoryTest {

  private static final DrmNodes NODES = new DrmNodes(0, OptionalInt.of(128));
  private static final LocalMemory.Known KNOWN = new LocalMemory.Known(1L << 30, "renderD128");

  @TempDir Path root;
  private FakeSysfs sysfs;
  private Path device = Path.of("");
  private final List<DrmNodes> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile LocalMemory answer = KNOWN;
  private LocalMemoryQuery query = LocalMemoryQuery.SWITCHED_OFF;

  @BeforeEach
  void makeGpu() throws IOException {
    sysfs = new FakeSysfs(root);
    device = sysfs.gpu("0000:b3:00.0", 0);
    query =
        new RememberedMemory(
            sysfs.layout(),
            nodes -> {
              asked.add(nodes);
              return answer;
            },
            Duration.ofMinutes(1));
  }

  @Test
  void aDeviceIsAskedOnce() {
    assertThat(query.of(NODES)).isEqualTo(KNOWN);
    assertThat(query.of(NODES)).isEqualTo(KNOWN);

    assertThat(asked).hasSize(1);
  }

  @Test
  void anotherDeviceWithTheSameCardIsAskedAnew() throws IOException {
    query.of(NODES);
    Files.move(device.resolve("drm"), root.resolve("gone"));
    Files.delete(sysfs.layout().drmCard(0));
    sysfs.drm(device, 0);
    answer = new LocalMemory.Known(1L << 20, "renderD128");

    assertThat(query.of(NODES)).isEqualTo(answer);
    assertThat(query.of(NODES)).isEqualTo(answer);
    assertThat(asked).hasSize(2);
  }

  @Test
  void whatFailedIsTriedAgain() {
    answer = new LocalMemory.NoSuchDevice("no node yet");
    query.of(NODES);
    answer = KNOWN;

    assertThat(query.of(NODES)).isEqualTo(KNOWN);
  }

  @Test
  void nothingIsRememberedOfACardThatSysfsDoesNotShow() {
    DrmNodes elsewhere = new DrmNodes(9, OptionalInt.empty());

    query.of(elsewhere);
    query.of(elsewhere);

    assertThat(asked).hasSize(2);
  }

  /** As an open or an ioctl that never returns. */
  @Test
  void aGpuThatHangsIsUnreadableAndTheOthersAreFound() throws IOException {
    sysfs.gpu("0000:b4:00.0", 1);
    var hangs = new CountDownLatch(1);
    query =
        new RememberedMemory(
            sysfs.layout(),
            nodes -> {
              asked.add(nodes);
              if (nodes.equals(NODES)) {
                awaitUninterrupted(hangs);
              }
              return KNOWN;
            },
            Duration.ofMillis(500));
    var discovery = new GpuDiscovery(root, query);
    try {
      await()
          .untilAsserted(
              () ->
                  assertThat(discovery.discover().devices())
                      .extracting(gpu -> gpu.address().toString())
                      .containsExactly("0000:b4:00.0"));

      Discovery found = discovery.discover();
      assertThat(found.skipped())
          .singleElement()
          .returns(SkipReason.UNREADABLE, SkippedDevice::reason)
          .extracting(SkippedDevice::detail, STRING)
          .contains("card0", "does not say");
      assertThat(found.facts())
          .filteredOn(facts -> !facts.health().isHealthy())
          .singleElement()
          .satisfies(facts -> assertThat(facts.health()).isInstanceOf(GpuHealth.Unreadable.class));
      assertThat(asked).filteredOn(NODES::equals).as("asked once while it hangs").hasSize(1);
    } finally {
      hangs.countDown();
    }
    await().untilAsserted(() -> assertThat(discovery.discover().devices()).hasSize(2));
    assertThat(asked).filteredOn(NODES::equals).as("the late answer counts").hasSize(1);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
