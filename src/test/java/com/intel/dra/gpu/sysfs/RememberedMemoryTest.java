package com.intel.dra.gpu.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DrmNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberedMemoryTest {

  private static final DrmNodes NODES = new DrmNodes(0, OptionalInt.of(128));
  private static final LocalMemory.Known KNOWN = new LocalMemory.Known(1L << 30, "renderD128");

  @TempDir Path root;
  private FakeSysfs sysfs;
  private Path device = Path.of("");
  private final List<DrmNodes> asked = new ArrayList<>();
  private LocalMemory answer = KNOWN;
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
            });
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
}
